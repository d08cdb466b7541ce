package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.support.Texts;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files of the workspace as texts that can be written back without loss. */
final class Files {

    /** Largest file that is viewed or changed, in bytes. */
    static final long MAX_BYTES = 4L << 20;

    private Files() {}

    /** What a path holds. */
    sealed interface Found {}

    /** A file of text. */
    record Text(String text) implements Found {}

    /** No such regular file. */
    record Absent() implements Found {}

    /** A file that is none of text that can be shown or changed: why. */
    record Unfit(String reason) implements Found {}

    /** Reads one file; strict about its encoding, since a replaced byte would be lost when it is written. */
    static Found read(Toolbox tools, String path) throws ToolDenied, InterruptedException {
        One one = new One();
        tools.readAll(List.of(path), MAX_BYTES, one);
        return one.found == null ? new Absent() : one.found;
    }

    /** The text of a file; a message for the model when there is none. */
    static String text(Toolbox tools, String path) throws ToolDenied, InterruptedException, NoText {
        Found found = read(tools, path);
        if (found instanceof Text text) {
            return text.text();
        }
        if (found instanceof Unfit unfit) {
            throw new NoText(path + " " + unfit.reason());
        }
        throw new NoText("there is no file " + path + " in the workspace" + Similar.names(tools, path));
    }

    /** There is no text to work on; the message is for the model. */
    static final class NoText extends Exception {
        private static final long serialVersionUID = 1L;

        NoText(String message) {
            super(message);
        }
    }

    private static final class One implements Toolbox.FileConsumer {

        private @Nullable Found found;

        @Override
        public void accept(String path, byte[] content) {
            if (Texts.isBinary(content)) {
                found = new Unfit("is a binary file of " + content.length + " bytes, which this tool does not handle");
                return;
            }
            try {
                found = new Text(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(content))
                        .toString());
            } catch (CharacterCodingException e) {
                found = new Unfit("is not in UTF-8, so a change would damage it; change it with a program by tool run");
            }
        }

        @Override
        public void tooLarge(String path, long sizeBytes) {
            found = new Unfit(
                    "has " + sizeBytes + " bytes, more than the " + MAX_BYTES
                            + " that this tool handles; look for what you need with tool search, or with a program by tool run");
        }
    }
}
