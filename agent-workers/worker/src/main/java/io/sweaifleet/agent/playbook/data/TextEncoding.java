package io.sweaifleet.agent.playbook.data;

import io.sweaifleet.agent.playbook.support.Texts;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How the bytes of a data file become text.
 *
 * @param charset encoding; windows-1252 stands for whatever has one byte a character and is not UTF-8
 * @param mark bytes of the byte order mark in front
 */
record TextEncoding(Charset charset, int mark) {

    private static final int CHUNK = 64 * 1024;

    /** The encoding by byte order mark, else UTF-8 when every byte fits, else windows-1252; empty for binary data. */
    static Optional<TextEncoding> of(byte[] content) {
        Charset marked = Texts.byteOrderMark(content);
        if (marked != null) {
            return Optional.of(new TextEncoding(marked, marked.equals(StandardCharsets.UTF_8) ? 3 : 2));
        }
        if (Texts.isBinary(content)) {
            return Optional.empty();
        }
        return Optional.of(
                new TextEncoding(isUtf8(content) ? StandardCharsets.UTF_8 : Charset.forName("windows-1252"), 0));
    }

    private static boolean isUtf8(byte[] content) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer characters = CharBuffer.allocate(CHUNK);
        while (true) {
            characters.clear();
            var result = decoder.decode(bytes, characters, true);
            if (result.isError()) {
                return false;
            }
            if (result.isUnderflow()) {
                return true;
            }
        }
    }

    Reader reader(byte[] content) {
        return new BufferedReader(
                new InputStreamReader(new ByteArrayInputStream(content, mark, content.length - mark), charset), CHUNK);
    }

    boolean isUtf8() {
        return charset.equals(StandardCharsets.UTF_8);
    }
}
