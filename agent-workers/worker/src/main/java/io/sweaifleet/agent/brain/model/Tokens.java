package io.sweaifleet.agent.brain.model;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/** Counts tokens as one widespread tokenizer does (cl100k_base). Others count within some 20 % of it. Thread-safe. */
public final class Tokens {

    private static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);

    /** What a message costs beside its text, in tokens. */
    private static final int PER_MESSAGE = 4;

    /** Longer texts are counted by their first characters and their length. */
    private static final int MAX_COUNTED = 400_000;

    private Tokens() {}

    /** Number of tokens of a text. */
    public static int of(String text) {
        if (text.length() > MAX_COUNTED) {
            double ratio = (double) text.length() / MAX_COUNTED;
            return (int) (ENCODING.countTokensOrdinary(text.substring(0, MAX_COUNTED)) * ratio);
        }
        return ENCODING.countTokensOrdinary(text);
    }

    /** Number of tokens of a message. */
    public static int of(Message message) {
        int tokens = PER_MESSAGE + of(message.text());
        for (ToolCall call : message.calls()) {
            tokens += PER_MESSAGE + of(call.name()) + of(call.arguments());
        }
        return tokens;
    }

    /** Number of tokens of a request: messages, and the schemas of the tools. */
    public static int of(ChatRequest request) {
        int tokens = 0;
        for (Message message : request.messages()) {
            tokens += of(message);
        }
        for (var tool : request.tools()) {
            tokens += PER_MESSAGE
                    + of(tool.name())
                    + of(tool.description())
                    + of(tool.parameters().toString());
        }
        return tokens;
    }
}
