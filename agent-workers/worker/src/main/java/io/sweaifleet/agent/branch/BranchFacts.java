package io.sweaifleet.agent.branch;

import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.task.AttemptSummary;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says on fleet.knowledge what became of a finished branch, so that whoever waits for it can tell. The subject is the
 * task ({@code pool/task}, which is the record's key too), the value the branch; repeating it gives the same fact.
 */
public final class BranchFacts {

    /** The branch is in the user's repository. */
    public static final String CREATED = "BRANCH_CREATED";

    /** The branch was not created; properties {@code reason} and {@code remedy} say why and what to do. */
    public static final String REFUSED = "BRANCH_REFUSED";

    /** The repository is not on the follower's host; the bundle of the outcome holds the branch. */
    public static final String NOT_LOCAL = "BRANCH_NOT_LOCAL";

    private static final BrainStamp BY = BrainStamp.newBuilder()
            .setKind(BrainKind.UNKNOWN)
            .setName("branch-follower")
            .build();

    private BranchFacts() {}

    /** The fact. */
    public static KnowledgeFact of(TaskOutcome outcome, FinishedBranch branch, BranchArrival arrival, Instant now) {
        Map<String, String> properties = new TreeMap<>();
        properties.put("commit", branch.commit());
        String predicate;
        if (arrival instanceof BranchArrival.Refused refused) {
            predicate = REFUSED;
            properties.put("reason", refused.reason());
            properties.put("remedy", refused.remedy());
        } else {
            predicate = arrival instanceof BranchArrival.Created ? CREATED : NOT_LOCAL;
        }
        if (branch.bundle() != null) {
            properties.put("bundle", branch.bundle().getUri());
        }
        String subject = Keys.of(outcome.getPool(), outcome.getTaskId());
        List<AttemptSummary> attempts = outcome.getAttempts();
        AttemptSummary last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
        return KnowledgeFact.newBuilder()
                .setFactId(id(
                        outcome.getPool(),
                        subject,
                        predicate,
                        branch.branch(),
                        properties.toString(),
                        Long.toString(outcome.getFinishedAt().toEpochMilli())))
                .setPool(outcome.getPool())
                .setTenant(outcome.getTenant())
                .setWorkflowId(outcome.getWorkflowId())
                .setTaskId(outcome.getTaskId())
                .setAttempt(last == null ? 0 : last.getNumber())
                .setLeaseId(last == null ? "" : last.getLeaseId())
                .setRepository(branch.repository())
                .setSubjectType("Task")
                .setSubjectId(subject)
                .setPredicate(predicate)
                .setValue(branch.branch())
                .setProperties(properties)
                .setBrain(BY)
                .setValidAt(outcome.getFinishedAt())
                .setCreatedAt(now)
                .build();
    }

    private static String id(String... parts) {
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
