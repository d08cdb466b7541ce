package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.task.TaskSubmitted;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a worker must have to be given a task, in one form for each meaning.
 *
 * @param capabilities names, sorted, each once
 * @param labels names and values, sorted by name
 * @param resources what an attempt takes of the worker
 */
public record Requirements(List<String> capabilities, Map<String, String> labels, Resources resources) {

    /** Any worker that offers the role will do. */
    public static final Requirements NONE = new Requirements(List.of(), Map.of(), Resources.NONE);

    /** Bytes of the digest: enough that two sets never have the same. */
    private static final int DIGEST_BYTES = 16;

    public Requirements {
        capabilities = List.copyOf(new TreeSet<>(capabilities));
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /** What a task requires. */
    public static Requirements of(TaskSubmitted spec) {
        io.sweaifleet.schemas.task.Requirements declared = spec.getRequires();
        return declared == null
                ? NONE
                : new Requirements(
                        declared.getCapabilities(), declared.getLabels(), Resources.of(declared.getResources()));
    }

    /** Whether a worker has the capabilities and labels, and as much in all as an attempt takes. */
    boolean areMetBy(WorkerEntry worker) {
        return worker.capabilities().containsAll(capabilities)
                && worker.labels().entrySet().containsAll(labels.entrySet())
                && resources.fitIn(worker.resources());
    }

    /** A name of the set: the same for equal sets, and empty when nothing is required. */
    String digest() {
        if (equals(NONE)) {
            return "";
        }
        // Lengths before texts: no two sets have the same form.
        StringBuilder form = new StringBuilder();
        capabilities.forEach(name -> append(form, name));
        form.append(';');
        labels.forEach((name, value) -> {
            append(form, name);
            append(form, value);
        });
        form.append(';')
                .append(resources.cpuMillis())
                .append(',')
                .append(resources.memoryBytes())
                .append(',')
                .append(resources.gpus());
        try {
            byte[] sha =
                    MessageDigest.getInstance("SHA-256").digest(form.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(sha, DIGEST_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static void append(StringBuilder form, String text) {
        form.append(text.length()).append(':').append(text);
    }
}
