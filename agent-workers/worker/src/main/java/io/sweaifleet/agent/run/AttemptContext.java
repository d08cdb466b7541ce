package io.sweaifleet.agent.run;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptTime;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.BrainContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.policy.SecretMasker;
import io.sweaifleet.agent.tool.Auditor;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Usage;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a brain works with, for one attempt. */
final class AttemptContext implements BrainContext {

    private final Attempt attempt;
    private final Site site;
    private final AttemptTime time;
    private final Cancellation cancellation;
    private final Supplier<BrainStamp> brain;
    private final Auditor auditor;
    private final Collector collector;
    private final Clock clock;

    /** Where the attempt works. */
    interface Site {
        Toolbox tools();

        String repository();

        String baseCommit();

        Instant baseCommitTime();

        /** What the attempt has used so far. */
        Usage usage();

        /** What it has spent so far. */
        Spending spending();

        /** Creates the directory at the first call. */
        Path scratch() throws IOException;
    }

    AttemptContext(
            Attempt attempt,
            Site site,
            AttemptTime time,
            Cancellation cancellation,
            Supplier<BrainStamp> brain,
            Auditor auditor,
            Collector collector,
            Clock clock) {
        this.attempt = attempt;
        this.site = site;
        this.time = time;
        this.cancellation = cancellation;
        this.brain = brain;
        this.auditor = auditor;
        this.collector = collector;
        this.clock = clock;
    }

    @Override
    public Assignment assignment() {
        return attempt.assignment();
    }

    @Override
    public Toolbox tools() {
        return site.tools();
    }

    @Override
    public String repository() {
        return site.repository();
    }

    @Override
    public String baseCommit() {
        return site.baseCommit();
    }

    @Override
    public Instant baseCommitTime() {
        return site.baseCommitTime();
    }

    @Override
    public Path scratch() {
        try {
            return Files.createDirectories(site.scratch());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    @Override
    public Instant deadline() {
        return time.end();
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public void step(String what) {
        cancellation.check();
        attempt.reporter().used(site.usage());
        attempt.reporter().progress(Collector.bounded(what));
    }

    @Override
    public void used(long inputTokens, long outputTokens, long costMicroUsd) throws PlaybookFailure {
        site.spending().add(inputTokens, outputTokens, costMicroUsd);
        attempt.reporter().used(site.usage());
        site.spending().check(assignment().getBudget());
    }

    @Override
    public void decide(String chosen, String why, List<String> alternatives) {
        cancellation.check();
        auditor.decision(chosen, why, alternatives);
    }

    @Override
    public RoleDefinition role() {
        return attempt.role();
    }

    @Override
    public void exchanged(Map<String, String> facts, Instant at, long durationMs, @Nullable Failure failure) {
        auditor.exchange(facts, at, durationMs, failure);
    }

    @Override
    public void finding(Finding finding) {
        collector.finding(finding);
    }

    @Override
    public void skip(String what, String code, String reason, String remedy) {
        collector.skip(what, code, reason, remedy);
    }

    @Override
    public void artifact(String name, String kind, String mediaType, byte[] content) {
        try {
            collector.artifact(name, kind, mediaType, content);
        } catch (IOException e) {
            throw new UncheckedIOException("artifact " + name + " could not be kept: " + e.getMessage(), e);
        }
    }

    @Override
    public void fact(
            String subjectType,
            String subject,
            String predicate,
            @Nullable String objectType,
            @Nullable String object,
            @Nullable String value,
            Map<String, String> properties) {
        cancellation.check();
        if (!collector.acceptsFact()) {
            return;
        }
        Assignment assignment = attempt.assignment();
        String subjectId = idOf(subjectType, subject);
        String objectId = objectType == null || object == null ? null : idOf(objectType, object);
        String masked = value == null ? null : SecretMasker.mask(value);
        Instant validAt = baseCommitTime().truncatedTo(ChronoUnit.MILLIS);
        attempt.reporter()
                .fact(KnowledgeFact.newBuilder()
                        .setFactId(factId(
                                attempt.pool(),
                                subjectType,
                                subjectId,
                                predicate,
                                objectType == null ? "" : objectType,
                                objectId == null ? "" : objectId,
                                objectId == null && masked != null ? masked : "",
                                Long.toString(validAt.toEpochMilli())))
                        .setPool(attempt.pool())
                        .setTenant(assignment.getTenant())
                        .setWorkflowId(assignment.getWorkflowId())
                        .setTaskId(assignment.getTaskId())
                        .setAttempt(assignment.getAttempt())
                        .setLeaseId(assignment.getLeaseId())
                        .setRepository(repository())
                        .setSubjectType(subjectType)
                        .setSubjectId(subjectId)
                        .setPredicate(predicate)
                        .setObjectType(objectType)
                        .setObjectId(objectId)
                        .setValue(masked)
                        .setProperties(masked(properties))
                        .setBrain(brain.get())
                        .setValidAt(validAt)
                        .setCreatedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                        .build());
    }

    private static Map<String, String> masked(Map<String, String> properties) {
        Map<String, String> masked = new TreeMap<>();
        properties.forEach((name, text) -> masked.put(name, SecretMasker.mask(text)));
        return masked;
    }

    /** Files and checks are named within their repository; a commit's hash and a task's identity stand for themselves. */
    private String idOf(String type, String name) {
        return switch (type) {
            case "Repository" -> name.isEmpty() ? repository() : name;
            case "File", "Check" -> repository() + "#" + name;
            case "Task" -> name.contains("/") ? name : attempt.pool() + "/" + name;
            default -> name;
        };
    }

    private static String factId(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
