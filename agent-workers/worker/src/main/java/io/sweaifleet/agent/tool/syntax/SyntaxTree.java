package io.sweaifleet.agent.tool.syntax;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.treesitter.TSInputEncoding;
import org.treesitter.TSNode;
import org.treesitter.TSParser;
import org.treesitter.TSTree;

/**
 * A parsed file. The native tree is freed by the library's cleaner once this object is unreachable; there is no way to free it
 * earlier, so hold none longer than needed, and keep it reachable ({@link Reference#reachabilityFence}) while its nodes
 * are used. Confined to one thread; many threads may parse at once, each its own.
 */
public final class SyntaxTree {

    private static final int CHUNK = 64 * 1024;

    /** Texts beyond this are not parsed, in bytes: their trees take some thirty times as much memory. */
    public static final int MAX_BYTES = 2 << 20;

    /** Longest time of one parse, in microseconds. */
    private static final long MAX_MICROS = 5_000_000;

    private final byte[] source;
    private final TSTree tree;

    private SyntaxTree(byte[] source, TSTree tree) {
        this.source = source;
        this.tree = tree;
    }

    /**
     * Where a text does not parse.
     *
     * @param line from 1
     * @param message what is wrong there
     */
    public record Problem(int line, String message) {}

    /**
     * Parses a text; empty when that takes too long or the text is too large.
     *
     * @throws IllegalStateException when the grammar is unavailable
     */
    public static Optional<SyntaxTree> parse(Grammar grammar, String text) {
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        if (source.length > MAX_BYTES) {
            return Optional.empty();
        }
        TSParser parser = new TSParser();
        parser.setLanguage(grammar.language());
        parser.setTimeoutMicros(MAX_MICROS);
        // As bytes: the call that takes a String passes Java's modified UTF-8, whose offsets and emoji are others.
        try {
            TSTree tree = parser.parse(
                    new byte[Math.min(CHUNK, source.length + 1)],
                    null,
                    (buffer, offset, point) -> {
                        int length = Math.min(buffer.length, source.length - offset);
                        if (length <= 0) {
                            return 0;
                        }
                        System.arraycopy(source, offset, buffer, 0, length);
                        return length;
                    },
                    TSInputEncoding.TSInputEncodingUTF8);
            return tree == null ? Optional.empty() : Optional.of(new SyntaxTree(source, tree));
        } finally {
            // The library knows its parser by address only: collected in mid-parse, it would take the process with it.
            Reference.reachabilityFence(parser);
        }
    }

    /** The root, which is valid as long as this tree is reachable. */
    TSNode root() {
        return tree.getRootNode();
    }

    /** The text of a node. */
    String text(TSNode node) {
        int start = node.getStartByte();
        return new String(source, start, node.getEndByte() - start, StandardCharsets.UTF_8);
    }

    /** The first syntax error, if there is one. */
    public Optional<Problem> problem() {
        try {
            TSNode root = tree.getRootNode();
            return root.hasError() ? Optional.of(described(firstError(root))) : Optional.empty();
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /** The first node in the order of the text that is an error or missing. */
    private static TSNode firstError(TSNode root) {
        TSNode node = root;
        while (true) {
            TSNode next = null;
            int count = node.getChildCount();
            for (int i = 0; i < count && next == null; i++) {
                TSNode child = node.getChild(i);
                if (child.isMissing() || child.isError() || child.hasError()) {
                    next = child;
                }
            }
            if (next == null || next.isMissing() || next.isError()) {
                return next == null ? node : next;
            }
            node = next;
        }
    }

    private Problem described(TSNode error) {
        int line = error.getStartPoint().getRow() + 1;
        if (error.isMissing()) {
            return new Problem(line, "missing " + error.getType());
        }
        String text = shortened(text(error));
        return new Problem(line, text.isEmpty() ? "unexpected end" : "unexpected: " + text);
    }

    private static String shortened(@Nullable String text) {
        String one =
                text == null ? "" : text.strip().lines().findFirst().orElse("").strip();
        return one.length() <= 60 ? one : one.substring(0, 59) + "…";
    }
}
