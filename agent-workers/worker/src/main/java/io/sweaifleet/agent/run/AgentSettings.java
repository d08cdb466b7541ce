package io.sweaifleet.agent.run;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings of attempts: where they work and what they may use. */
public final class AgentSettings implements SettingsProvider {

    /** Where attempts work. */
    public static final Setting<Path> WORK_DIR = Setting.path(
            "fleet.worker.work-dir",
            "Directory in which attempts work, one folder each; emptied when an attempt ends, and swept of what dead"
                    + " workers left when a worker starts.",
            "${fleet.data-dir}/work");

    /** Longest time of cloning. */
    public static final Setting<Duration> CLONE_TIMEOUT =
            Setting.duration("fleet.worker.clone-timeout", "Longest time of cloning a repository.", "10m");

    /** How long an approval is waited for. */
    public static final Setting<Duration> APPROVAL_PATIENCE = Setting.duration(
            "fleet.worker.approval-patience",
            "How long an attempt waits for the approval of a call that a rule asks about; then it counts as denied.",
            "15m");

    /** Output of one command. */
    public static final Setting<Long> MAX_OUTPUT = Setting.size(
            "fleet.worker.max-command-output", "Output of one command; one that writes more is ended.", "256MB");

    /** Size of one artifact. */
    public static final Setting<Long> MAX_ARTIFACT = Setting.size(
            "fleet.worker.max-artifact-bytes",
            "Size of one artifact; a larger one is left out and named as skipped.",
            "64MB");

    /** Number of artifacts. */
    public static final Setting<Integer> MAX_ARTIFACTS = Setting.integer(
            "fleet.worker.max-artifacts",
            "Artifacts of one attempt; further ones are left out and named as skipped.",
            "100",
            1,
            10_000);

    /** Number of facts. */
    public static final Setting<Integer> MAX_FACTS = Setting.integer(
            "fleet.worker.max-facts",
            "Facts that one attempt states; further ones are left out and counted.",
            "20000",
            0,
            1_000_000);

    /** Number of findings. */
    public static final Setting<Integer> MAX_FINDINGS = Setting.integer(
            "fleet.worker.max-findings",
            "Findings that one report keeps; further ones are left out and counted.",
            "20000",
            0,
            1_000_000);

    /** For the service loader; the settings themselves are constants. */
    public AgentSettings() {}

    @Override
    public String part() {
        return "Worker: attempts";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                WORK_DIR,
                CLONE_TIMEOUT,
                MAX_OUTPUT,
                MAX_ARTIFACT,
                MAX_ARTIFACTS,
                MAX_FACTS,
                MAX_FINDINGS,
                APPROVAL_PATIENCE);
    }

    /** The limits that these settings state. */
    static AgentLimits limits(Settings settings) {
        return new AgentLimits(
                settings.get(CLONE_TIMEOUT),
                settings.get(MAX_OUTPUT),
                settings.get(MAX_ARTIFACT),
                settings.get(MAX_ARTIFACTS),
                settings.get(MAX_FACTS),
                settings.get(MAX_FINDINGS),
                settings.get(APPROVAL_PATIENCE));
    }

    /** Where artifacts are kept. */
    static Path artifacts(Settings settings) {
        return settings.get(FleetSettings.ARTIFACTS_DIR);
    }
}
