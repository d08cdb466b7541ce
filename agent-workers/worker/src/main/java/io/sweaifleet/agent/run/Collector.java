package io.sweaifleet.agent.run;

import io.sweaifleet.agent.artifact.ArtifactStore;
import io.sweaifleet.agent.policy.SecretLiterals;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.common.SkippedStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an attempt reports while it runs, bounded and without secrets. Thread-safe. */
final class Collector {

    /** Findings carried inline. */
    static final int MAX_INLINE_FINDINGS = 200;

    /** Named values carried inline, in bytes. */
    static final int MAX_OUTPUT_BYTES = 16 * 1024;

    private static final int MAX_MESSAGE_LENGTH = 1_000;
    private static final int MAX_SKIPPED = 100;

    private final ArtifactStore store;
    private final AgentLimits limits;
    private final List<Finding> findings = new ArrayList<>();
    private final List<SkippedStep> skipped = new ArrayList<>();
    private final Map<String, ArtifactRef> artifacts = new LinkedHashMap<>();
    private int findingsTotal;
    private int facts;
    private int factsLeftOut;

    Collector(ArtifactStore store, AgentLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    synchronized void finding(Finding finding) {
        findingsTotal++;
        if (findings.size() < limits.maxFindings()) {
            findings.add(Finding.newBuilder(finding)
                    .setMessage(bounded(finding.getMessage()))
                    .build());
        }
    }

    synchronized void skip(SkippedStep step) {
        if (skipped.size() < MAX_SKIPPED) {
            skipped.add(SkippedStep.newBuilder(step)
                    .setReason(bounded(step.getReason()))
                    .setRemedy(bounded(step.getRemedy()))
                    .build());
        }
    }

    void skip(String what, String code, String reason, String remedy) {
        skip(SkippedStep.newBuilder()
                .setWhat(what)
                .setCode(code)
                .setReason(reason)
                .setRemedy(remedy)
                .build());
    }

    /** Keeps an artifact; a second one of the same name replaces the first. */
    void artifact(String name, String kind, String mediaType, byte[] content) throws IOException {
        if (accepts(name, content.length)) {
            // A patch must stay what git made of it, but for secrets that are known, and a recording was masked text by
            // text;
            // anything else that is text goes without what looks like one, too.
            byte[] kept =
                    kind.equals("patch") || kind.equals("recording") ? SecretLiterals.mask(content) : masked(content);
            add(store.put(name, kind, mediaType, kept));
        }
    }

    void artifact(String name, String kind, String mediaType, Path file) throws IOException {
        if (accepts(name, Files.size(file))) {
            SecretLiterals.maskFile(file);
            add(store.put(name, kind, mediaType, file));
        }
    }

    private boolean accepts(String name, long size) {
        if (size > limits.maxArtifactBytes()) {
            skip(
                    "artifact " + name,
                    "ARTIFACT_TOO_LARGE",
                    "it has " + size + " bytes, more than the " + limits.maxArtifactBytes() + " that are kept",
                    "raise fleet.worker.max-artifact-bytes");
            return false;
        }
        synchronized (this) {
            if (artifacts.size() < limits.maxArtifacts() || artifacts.containsKey(name)) {
                return true;
            }
        }
        skip("artifact " + name, "TOO_MANY_ARTIFACTS", "an attempt keeps " + limits.maxArtifacts() + " at most", "");
        return false;
    }

    private synchronized void add(ArtifactRef ref) {
        artifacts.put(ref.getName(), ref);
    }

    synchronized boolean hasArtifact(String name) {
        return artifacts.containsKey(name);
    }

    /** Counts a fact; false when it is one too many. */
    synchronized boolean acceptsFact() {
        if (facts >= limits.maxFacts()) {
            factsLeftOut++;
            return false;
        }
        facts++;
        return true;
    }

    synchronized List<Finding> findings() {
        return List.copyOf(findings);
    }

    synchronized int findingsTotal() {
        return findingsTotal;
    }

    /** The gravest findings, as many as are carried inline, otherwise in the order of their report. */
    synchronized List<Finding> inlineFindings() {
        if (findings.size() <= MAX_INLINE_FINDINGS) {
            return List.copyOf(findings);
        }
        return findings.stream()
                .sorted(Comparator.comparingInt((Finding finding) -> gravity(finding.getSeverity()))
                        .reversed())
                .limit(MAX_INLINE_FINDINGS)
                .toList();
    }

    private static int gravity(Severity severity) {
        return switch (severity) {
            case ERROR -> 3;
            case WARNING -> 2;
            case INFO -> 1;
            case UNKNOWN -> 0;
        };
    }

    synchronized List<SkippedStep> skipped() {
        List<SkippedStep> all = new ArrayList<>(skipped);
        if (factsLeftOut > 0) {
            all.add(SkippedStep.newBuilder()
                    .setWhat(factsLeftOut + " facts")
                    .setCode("TOO_MANY_FACTS")
                    .setReason("an attempt states " + limits.maxFacts() + " facts at most")
                    .setRemedy("raise fleet.worker.max-facts")
                    .build());
        }
        if (findingsTotal > findings.size()) {
            all.add(SkippedStep.newBuilder()
                    .setWhat((findingsTotal - findings.size()) + " findings")
                    .setCode("TOO_MANY_FINDINGS")
                    .setReason("a report keeps " + limits.maxFindings() + " findings at most")
                    .setRemedy("raise fleet.worker.max-findings")
                    .build());
        }
        return all;
    }

    synchronized List<ArtifactRef> artifacts() {
        return List.copyOf(artifacts.values());
    }

    /** The outputs without secrets, as far as they fit; what does not is named as skipped. */
    Map<String, String> boundedOutputs(Map<String, String> outputs) {
        Map<String, String> kept = new LinkedHashMap<>();
        int bytes = 0;
        for (String name : outputs.keySet().stream().sorted().toList()) {
            String value = SecretMasker.mask(outputs.getOrDefault(name, ""));
            int size = utf8Length(name) + utf8Length(value);
            if (bytes + size > MAX_OUTPUT_BYTES) {
                skip("output " + name, "OUTPUTS_TOO_LARGE", "outputs hold " + MAX_OUTPUT_BYTES + " bytes in all", "");
            } else {
                bytes += size;
                kept.put(name, value);
            }
        }
        return kept;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static byte[] masked(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return SecretMasker.mask(text).getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            return SecretLiterals.mask(content); // Not text.
        }
    }

    /** Text that fits a record, without secrets. */
    static String bounded(String text) {
        String masked = SecretMasker.mask(text);
        return masked.length() <= MAX_MESSAGE_LENGTH ? masked : masked.substring(0, MAX_MESSAGE_LENGTH - 1) + "…";
    }
}
