package io.sweaifleet.agent.playbook;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.worker.Assignment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a playbook works with. Everything it does to the repository goes through {@link #tools()}: policy, sandbox and audit apply there. */
public interface PlaybookContext {

    /** The assignment, with inputs and the outcomes of dependencies. */
    Assignment assignment();

    /** The tools of the role. */
    Toolbox tools();

    /** Identity of the repository for facts: its URL without credentials, or its real path. Empty without a workspace. */
    String repository();

    /** Commit the workspace was cloned at, hexadecimal; empty without a workspace. */
    String baseCommit();

    /** Commit time of {@link #baseCommit()}: the {@code validAt} of facts. */
    Instant baseCommitTime();

    /** An empty directory outside the clone, gone after the attempt, readable and writable in the sandbox at the same path. */
    Path scratch();

    /** Moment at which the attempt is stopped. */
    Instant deadline();

    /** Tells when to stop, and kills children. */
    Cancellation cancellation();

    /** Says what is done now, for people. */
    void step(String what);

    /**
     * Adds to the tokens and the money that the attempt has used. It is told at once, since budgets are counted by it.
     *
     * @param costMicroUsd money in millionths of a US dollar
     * @throws PlaybookFailure when what the attempt may use is used up now: it is over
     */
    void used(long inputTokens, long outputTokens, long costMicroUsd) throws PlaybookFailure;

    /** Records a decision of this brain. */
    void decide(String chosen, String why, List<String> alternatives);

    /** Reports something found. */
    void finding(Finding finding);

    /** Reports something found at a place; path and line may be null. */
    default void finding(
            String rule, Severity severity, @Nullable String path, @Nullable Integer line, String message) {
        finding(Finding.newBuilder()
                .setRule(rule)
                .setSeverity(severity)
                .setPath(path)
                .setLine(line)
                .setMessage(message)
                .build());
    }

    /** Reports a part that was not done, and why. */
    void skip(String what, String code, String reason, String remedy);

    /** Keeps bytes as an artifact of the attempt; kind is report, patch, log, dependency-map or other. */
    void artifact(String name, String kind, String mediaType, byte[] content);

    /**
     * States a fact about a subject of the repository.
     *
     * @param subjectType Repository, File, Commit or Check
     * @param subject for a File its repository-relative path, for a Check its name, for a Commit its hash, for a Repository empty
     * @param predicate upper-case word such as IMPORTS
     * @param objectType as subjectType, or null for a plain value
     * @param object as subject, or null
     * @param value plain value, or null
     * @param properties further values
     */
    void fact(
            String subjectType,
            String subject,
            String predicate,
            @Nullable String objectType,
            @Nullable String object,
            @Nullable String value,
            Map<String, String> properties);
}
