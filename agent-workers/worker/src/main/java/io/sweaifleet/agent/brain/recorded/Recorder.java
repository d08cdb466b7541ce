package io.sweaifleet.agent.brain.recorded;

import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.ModelTraits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Keeps the exchanges of one attempt. Thread-confined. */
public final class Recorder {

    /** Name of the artifact, and of the file in a directory of recordings. */
    public static final String FILE = "exchanges.jsonl";

    private final Normaliser normaliser;
    private final List<String> lines = new ArrayList<>();

    public Recorder(Normaliser normaliser) {
        this.normaliser = normaliser;
    }

    /**
     * Key of a request: lower-case hexadecimal SHA-256 of its canonical form. The same request of another run has the same key.
     */
    public String key(ChatRequest request) {
        return CanonicalRequest.of(request, normaliser).key();
    }

    /** Keeps an exchange. */
    public void add(
            String model, Instant at, long durationMs, ChatRequest request, ModelTraits traits, ChatAnswer answer) {
        CanonicalRequest canonical = CanonicalRequest.of(request, normaliser);
        lines.add(new Exchange(
                        canonical.key(),
                        model,
                        at.toString(),
                        durationMs,
                        canonical.json(),
                        traits.contextTokens(),
                        request.maxOutputTokens(),
                        answer.mapped(normaliser::placed))
                .toLine());
    }

    /** Number of exchanges so far. */
    public int size() {
        return lines.size();
    }

    /** All of them, one JSON object a line. */
    public byte[] bytes() {
        StringBuilder all = new StringBuilder();
        lines.forEach(line -> all.append(line).append('\n'));
        return all.toString().getBytes(StandardCharsets.UTF_8);
    }
}
