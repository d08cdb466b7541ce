package io.sweaifleet.agent.run;

import java.time.Duration;

/**
 * What one attempt may use and report at most.
 *
 * @param cloneTimeout longest time of cloning a repository
 * @param maxOutputBytes output of one command; one that writes more is ended
 * @param maxArtifactBytes size of one artifact; a larger one is left out and named as skipped
 * @param maxArtifacts number of artifacts
 * @param maxFacts number of facts; further ones are left out and counted
 * @param maxFindings number of findings in the report; further ones are left out and counted
 * @param approvalPatience how long an approval is waited for
 */
public record AgentLimits(
        Duration cloneTimeout,
        long maxOutputBytes,
        long maxArtifactBytes,
        int maxArtifacts,
        int maxFacts,
        int maxFindings,
        Duration approvalPatience) {

    /** Limits that suit a single node. */
    public static final AgentLimits DEFAULT =
            new AgentLimits(Duration.ofMinutes(10), 256L << 20, 64L << 20, 100, 20_000, 20_000, Duration.ofMinutes(15));
}
