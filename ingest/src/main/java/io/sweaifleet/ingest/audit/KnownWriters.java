package io.sweaifleet.ingest.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.schemas.audit.AuditKeys;
import io.sweaifleet.schemas.audit.ChainSummary;
import io.sweaifleet.schemas.audit.ChainVerifier;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.record.ChainHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of those who write the audit: the key of each worker, pinned when it was seen first, and how far each chain
 * went when it was verified last. Kept in one file per audit topic; or given, and then nothing is kept.
 */
public final class KnownWriters implements ChainVerifier.Trust {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private record Pinned(String key, String since) {}

    private final @Nullable Path file;
    private final Set<String> only;
    private final Instant now;
    private final Map<String, Pinned> pinned = new LinkedHashMap<>();
    private final Map<String, String> seen = new LinkedHashMap<>();
    private final List<ChainHead> heads = new ArrayList<>();

    private KnownWriters(@Nullable Path file, Set<String> only, Instant now) {
        this.file = file;
        this.only = only;
        this.now = now;
    }

    /** Trusts these public keys (as in checkpoints), whatever worker uses them, and no others. */
    public static KnownWriters only(Collection<String> keys, Instant now) {
        return new KnownWriters(null, Set.copyOf(keys), now);
    }

    /**
     * Trusts the keys in a file, and pins in it those of workers that it does not know.
     *
     * @param file need not exist
     * @throws IOException when it cannot be read, or does not hold what was written
     */
    public static KnownWriters in(Path file, Instant now) throws IOException {
        KnownWriters known = new KnownWriters(file, Set.of(), now);
        if (Files.exists(file)) {
            try {
                known.read(MAPPER.readTree(Files.readString(file)));
            } catch (JsonProcessingException e) {
                throw new IOException(file + " is not what was written there: " + e.getOriginalMessage(), e);
            }
        }
        return known;
    }

    private void read(JsonNode document) {
        document.path("workers")
                .fields()
                .forEachRemaining(worker -> pinned.put(
                        worker.getKey(),
                        new Pinned(
                                worker.getValue().path("key").asText(),
                                worker.getValue().path("since").asText())));
        document.path("heads")
                .forEach(head -> heads.add(new ChainHead(
                        head.path("writer").asText(),
                        head.path("partition").asInt(),
                        head.path("sequence").asLong(),
                        head.path("hash").asText())));
    }

    @Override
    public @Nullable String refusal(String worker, String publicKey) {
        seen.putIfAbsent(worker, publicKey);
        if (!only.isEmpty()) {
            return only.contains(publicKey)
                    ? null
                    : "it is signed with " + AuditKeys.fingerprint(publicKey) + ", which is none of the given keys";
        }
        Pinned known = pinned.computeIfAbsent(worker, none -> new Pinned(publicKey, IsoTimes.format(now)));
        if (known.key().equals(publicKey)) {
            return null;
        }
        return "it is signed with " + AuditKeys.fingerprint(publicKey) + ", but worker " + worker + " has had "
                + AuditKeys.fingerprint(known.key()) + " since " + known.since()
                + (file == null ? "" : " (if its data directory was made anew, remove it from " + file + ")");
    }

    /** How far chains went when they were verified last. */
    public List<ChainHead> heads() {
        return List.copyOf(heads);
    }

    /** A line for each worker that signed: its key, and why it is trusted. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        new LinkedHashSet<>(seen.keySet()).forEach(worker -> {
            Pinned known = pinned.get(worker);
            String key = AuditKeys.fingerprint(known == null ? seen.getOrDefault(worker, "") : known.key());
            String why = known == null
                    ? "given"
                    : known.since().equals(IsoTimes.format(now))
                            ? "seen for the first time, and pinned: from now on no other counts"
                            : "pinned since " + known.since();
            lines.add(worker + "  " + key + "  " + why);
        });
        return lines;
    }

    /** Keeps the keys, and how far the chains went. */
    public void save(List<ChainSummary> chains) throws IOException {
        if (file == null) {
            return;
        }
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ObjectNode workers = document.putObject("workers");
        pinned.forEach((worker, known) ->
                workers.putObject(worker).put("key", known.key()).put("since", known.since()));
        var array = document.putArray("heads");
        chains.forEach(chain -> array.addObject()
                .put("writer", chain.writer())
                .put("partition", chain.partition())
                .put("sequence", chain.last())
                .put("hash", chain.lastHash()));
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, OutcomeJson.pretty(document) + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
