package io.sweaifleet.agent.worker.audit;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.time.Duration;
import java.util.List;

/** Settings of the audit. */
public final class AuditSettings implements SettingsProvider {

    /** Events between checkpoints. */
    public static final Setting<Integer> CHECKPOINT_EVENTS = Setting.integer(
            "fleet.worker.audit.checkpoint-events",
            "Number of audit events of a partition after which the worker signs its chain: so many may be cut off"
                    + " unnoticed at most.",
            "100",
            1,
            1_000_000);

    /** Time between checkpoints. */
    public static final Setting<Duration> CHECKPOINT_INTERVAL = Setting.duration(
            "fleet.worker.audit.checkpoint-interval",
            "Longest time for which an audit event of the worker stands unsigned.",
            "10s");

    /** For the service loader; the settings themselves are constants. */
    public AuditSettings() {}

    @Override
    public String part() {
        return "Worker: audit";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(CHECKPOINT_EVENTS, CHECKPOINT_INTERVAL);
    }
}
