package io.sweaifleet.agent.tool.syntax;

import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Whether a change keeps a file parseable: tree-sitter's grammars for code and JSON, SnakeYAML for YAML (tree-sitter's grammar
 * of that is not published for Java). Stateless.
 */
public final class SyntaxCheck {

    private SyntaxCheck() {}

    /** What the check found. */
    public sealed interface Verdict {}

    /** The new text parses. */
    public record Parses() implements Verdict {}

    /** The old text parsed and the new one does not. */
    public record Broken(SyntaxTree.Problem problem) implements Verdict {}

    /** The old text did not parse either, so nothing is held against the new one. */
    public record BrokenBefore(SyntaxTree.Problem problem) implements Verdict {}

    /** Nothing is known: why. */
    public record Unchecked(String reason) implements Verdict {}

    /** Compares a file's text before a change (empty for a new file) and after it. */
    public static Verdict compare(String path, String before, String after) {
        String lower = path.toLowerCase(java.util.Locale.ROOT);
        if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
            return verdict(yaml(before), yaml(after));
        }
        Grammar grammar = Grammar.of(path).orElse(null);
        if (grammar == null) {
            return new Unchecked("there is no grammar for this kind of file");
        }
        if (!grammar.problem().isEmpty()) {
            return new Unchecked(grammar.problem());
        }
        Optional<SyntaxTree> now = SyntaxTree.parse(grammar, after);
        if (now.isEmpty()) {
            return new Unchecked("the file is too large, or takes too long to parse");
        }
        Optional<SyntaxTree.Problem> problem = now.get().problem();
        if (problem.isEmpty()) {
            return new Parses();
        }
        // An empty text parses in every grammar, JSON's included.
        return verdict(SyntaxTree.parse(grammar, before).flatMap(SyntaxTree::problem), problem);
    }

    private static Verdict verdict(Optional<SyntaxTree.Problem> before, Optional<SyntaxTree.Problem> after) {
        if (after.isEmpty()) {
            return new Parses();
        }
        return before.isEmpty() ? new Broken(after.get()) : new BrokenBefore(before.get());
    }

    private static Optional<SyntaxTree.Problem> yaml(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(SyntaxTree.MAX_BYTES);
        try {
            // Events only: tags name classes, and templates use keys that are not strings.
            for (var event : new Yaml(options).parse(new java.io.StringReader(text))) {
                assert event != null;
            }
            return Optional.empty();
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            return Optional.of(new SyntaxTree.Problem(line, String.valueOf(e.getProblem())));
        } catch (YAMLException e) {
            return Optional.of(new SyntaxTree.Problem(1, String.valueOf(e.getMessage())));
        }
    }
}
