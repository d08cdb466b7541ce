package io.sweaifleet.agent.brain.recorded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.ModelException;
import io.sweaifleet.agent.brain.model.ModelException.Cause;
import io.sweaifleet.agent.brain.model.ModelTraits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Recorded exchanges to play back, each once, those of the same key in their order. Thread-confined. */
public final class Recording {

    private static final int SHOWN_LINES = 12;
    private static final int SHOWN_WIDTH = 200;

    private final List<Exchange> all = new ArrayList<>();
    private final Map<String, Deque<Exchange>> byKey = new LinkedHashMap<>();
    private int played;

    private Recording() {}

    /**
     * Reads all {@code *.jsonl} of a directory, or one such file.
     *
     * @throws IOException when it cannot be read, or holds none, or a line is no exchange
     */
    public static Recording read(Path place) throws IOException {
        Recording recording = new Recording();
        List<Path> files;
        if (Files.isDirectory(place)) {
            try (Stream<Path> listed = Files.list(place)) {
                files = listed.filter(file -> file.toString().endsWith(".jsonl"))
                        .sorted()
                        .toList();
            }
        } else {
            files = List.of(place);
        }
        for (Path file : files) {
            recording.add(file.toString(), Files.readString(file));
        }
        if (recording.all.isEmpty()) {
            throw new IOException(place + " holds no recorded exchange; expected " + Recorder.FILE
                    + ", an artifact of every task of kind agent.do");
        }
        return recording;
    }

    /** Reads the bytes of one {@code exchanges.jsonl}. */
    public static Recording of(byte[] lines) throws IOException {
        Recording recording = new Recording();
        recording.add(Recorder.FILE, new String(lines, StandardCharsets.UTF_8));
        return recording;
    }

    private void add(String file, String text) throws IOException {
        int number = 0;
        for (String line : text.split("\n")) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                Exchange exchange = Exchange.parse(line);
                all.add(exchange);
                byKey.computeIfAbsent(exchange.key(), key -> new ArrayDeque<>()).add(exchange);
            } catch (JsonProcessingException e) {
                throw new IOException(
                        file + " line " + number + " is no recorded exchange: " + e.getOriginalMessage(), e);
            }
        }
    }

    /** Name of the model that was recorded. */
    public String model() {
        return all.isEmpty() ? "" : all.get(0).model();
    }

    /** Whether the recorded requests carried tools: whether the endpoint had tool calling. */
    public boolean toolCalling() {
        return !all.isEmpty() && !all.get(0).request().path("tools").isEmpty();
    }

    /** What was known of the model when it was recorded. */
    public ModelTraits traits() {
        Exchange first = all.get(0);
        return new ModelTraits(first.contextTokens(), "the recording", first.maxOutputTokens(), toolCalling());
    }

    /** Number of exchanges that were not played back yet. */
    public int left() {
        return all.size() - played;
    }

    /**
     * The recorded answer.
     *
     * @throws ModelException with the difference to the nearest recorded request, when there is none
     */
    public ChatAnswer play(ChatRequest request, Normaliser normaliser) throws ModelException {
        CanonicalRequest asked = CanonicalRequest.of(request, normaliser);
        Deque<Exchange> same = byKey.get(asked.key());
        Exchange exchange = same == null ? null : same.poll();
        if (exchange == null) {
            throw new ModelException(
                    Cause.NOT_RECORDED,
                    "the recording has no answer to request " + (played + 1) + " ("
                            + asked.key().substring(0, 12) + ")"
                            + (same == null
                                    ? ".\n" + difference(asked.json())
                                    : "; it was asked more often than when it was recorded"));
        }
        played++;
        return exchange.answer().mapped(normaliser::expanded);
    }

    private String difference(JsonNode asked) {
        Exchange nearest = null;
        int most = -1;
        for (Exchange exchange : all) {
            int same = samePrefix(exchange.request().path("messages"), asked.path("messages"));
            boolean closer = same > most
                    || (same == most
                            && nearest != null
                            && distance(exchange.request(), asked) < distance(nearest.request(), asked));
            if (closer) {
                nearest = exchange;
                most = same;
            }
        }
        if (nearest == null) {
            return "It is empty.";
        }
        JsonNode recorded = nearest.request();
        String which = "The nearest is recorded request " + (all.indexOf(nearest) + 1) + " ("
                + nearest.key().substring(0, 12) + "): ";
        if (!recorded.path("tools").equals(asked.path("tools"))) {
            return which + "its tools differ.\n"
                    + lines(
                            CanonicalRequest.pretty(recorded.path("tools")),
                            CanonicalRequest.pretty(asked.path("tools")));
        }
        JsonNode there = recorded.path("messages").path(most);
        JsonNode here = asked.path("messages").path(most);
        return which + "message " + (most + 1) + " differs (- recorded, + asked).\n" + lines(shown(there), shown(here));
    }

    private static int distance(JsonNode recorded, JsonNode asked) {
        return Math.abs(
                recorded.path("messages").size() - asked.path("messages").size());
    }

    private static String shown(JsonNode message) {
        if (message.isMissingNode()) {
            return "(there is none)";
        }
        StringBuilder text = new StringBuilder("[" + message.path("role").asText() + "]\n");
        text.append(message.path("text").asText());
        message.path("calls").forEach(call -> text.append("\ncall ")
                .append(call.path("name").asText())
                .append(' ')
                .append(call.path("arguments").asText()));
        return text.toString();
    }

    private static int samePrefix(JsonNode one, JsonNode other) {
        int same = 0;
        while (same < one.size() && same < other.size() && one.path(same).equals(other.path(same))) {
            same++;
        }
        return same;
    }

    /** The lines from the first to the last that differ, shortened. */
    private static String lines(String recorded, String asked) {
        List<String> there = List.of(recorded.split("\n", -1));
        List<String> here = List.of(asked.split("\n", -1));
        int start = 0;
        while (start < there.size() && start < here.size() && there.get(start).equals(here.get(start))) {
            start++;
        }
        int endThere = there.size();
        int endHere = here.size();
        while (endThere > start && endHere > start && there.get(endThere - 1).equals(here.get(endHere - 1))) {
            endThere--;
            endHere--;
        }
        StringBuilder text = new StringBuilder("@@ line " + (start + 1) + " @@\n");
        part(text, "- ", there.subList(start, endThere));
        part(text, "+ ", here.subList(start, endHere));
        return text.toString().stripTrailing();
    }

    private static void part(StringBuilder text, String mark, List<String> lines) {
        lines.stream()
                .limit(SHOWN_LINES)
                .forEach(line -> text.append(mark).append(cut(line)).append('\n'));
        if (lines.size() > SHOWN_LINES) {
            text.append(mark).append("… ").append(lines.size() - SHOWN_LINES).append(" more lines\n");
        }
    }

    private static String cut(@Nullable String line) {
        String text = line == null ? "" : line;
        return text.length() <= SHOWN_WIDTH ? text : text.substring(0, SHOWN_WIDTH - 1) + "…";
    }
}
