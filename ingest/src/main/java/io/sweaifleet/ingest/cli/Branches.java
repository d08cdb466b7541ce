package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.follow.WorkflowFollower;
import io.sweaifleet.ingest.report.BranchReport;
import io.sweaifleet.ingest.run.GitRepository;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.record.KnowledgeFact;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskResult;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Waits until it is known of every finished branch what became of it. */
record Branches(WorkflowFollower follower, String repository, Clock clock) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    List<BranchReport> await() throws InterruptedException {
        Map<String, BranchReport> reports = new LinkedHashMap<>();
        List<TaskOutcome> finished = new ArrayList<>(follower.outcomes().values());
        finished.removeIf(outcome -> outcome.getResult() == null
                || outcome.getResult().getBranch() == null
                || outcome.getResult().getCommit() == null);
        Instant deadline = clock.instant().plus(PATIENCE);
        while (true) {
            for (TaskOutcome outcome : finished) {
                reports.put(outcome.getTaskId(), report(outcome));
            }
            boolean known = reports.values().stream().noneMatch(report -> report.state() == BranchReport.State.UNKNOWN);
            if (known || !clock.instant().isBefore(deadline)) {
                return List.copyOf(reports.values());
            }
            follower.poll(POLL);
        }
    }

    private BranchReport report(TaskOutcome outcome) throws InterruptedException {
        TaskResult result = Objects.requireNonNull(outcome.getResult());
        String branch =
                Objects.requireNonNullElse(result.getBranch(), Keys.branch(outcome.getPool(), outcome.getTaskId()));
        String commit = Objects.requireNonNullElse(result.getCommit(), "");
        KnowledgeFact fact = follower.branches().get(outcome.getTaskId());
        BranchReport.State state;
        String message = "";
        if (fact != null) {
            state = switch (fact.getPredicate()) {
                case "BRANCH_CREATED" -> BranchReport.State.CREATED;
                case "BRANCH_REFUSED" -> BranchReport.State.REFUSED;
                default -> BranchReport.State.NOT_LOCAL;
            };
            String remedy = fact.getProperties().getOrDefault("remedy", "");
            message = fact.getProperties().getOrDefault("reason", "") + (remedy.isEmpty() ? "" : "; " + remedy);
            if (state == BranchReport.State.NOT_LOCAL) {
                message = "the repository is not on this host; the branch is in the task's artifacts"
                        + bundle(result).map(uri -> " (" + uri + ")").orElse("");
            }
        } else if (GitRepository.isUrl(repository)) {
            state = BranchReport.State.UNKNOWN;
            message = "no report of it within " + PATIENCE.toSeconds() + " s";
        } else if (GitRepository.commitOf(Path.of(repository), branch)
                .filter(commit::equals)
                .isPresent()) {
            state = BranchReport.State.CREATED;
        } else {
            state = BranchReport.State.UNKNOWN;
            message =
                    "not there after " + PATIENCE.toSeconds() + " s; the branch follower is behind, see `fleet doctor`";
        }
        return new BranchReport(outcome.getTaskId(), outcome.getRole(), branch, commit, state, message);
    }

    private static Optional<String> bundle(TaskResult result) {
        return result.getArtifacts().stream()
                .filter(artifact -> artifact.getKind().equals("bundle"))
                .map(ArtifactRef::getUri)
                .findFirst();
    }
}
