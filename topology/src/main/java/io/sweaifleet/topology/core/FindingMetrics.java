package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.topology.core.domain.Decision;
import io.sweaifleet.topology.core.domain.Effect;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs what the sweeper found: metrics {@code state-repaired-total} and {@code state-damaged-total} (findings), of each task
 * of the application, in the group {@code stream-sweeper-metrics}.
 */
final class FindingMetrics {

    private static final Logger LOG = LoggerFactory.getLogger(FindingMetrics.class);

    private final Sensor repaired;
    private final Sensor damaged;

    FindingMetrics(ProcessorContext<?, ?> context) {
        String task = context.taskId().toString();
        repaired = context.metrics().addRateTotalSensor("sweeper", task, "state-repaired", Sensor.RecordingLevel.INFO);
        damaged = context.metrics().addRateTotalSensor("sweeper", task, "state-damaged", Sensor.RecordingLevel.INFO);
    }

    void count(Decision decision) {
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Journal journal) {
                count(journal.event());
            }
        }
    }

    private void count(TaskEvent event) {
        if (event.getType() == TaskEventType.STATE_REPAIRED) {
            repaired.record();
            LOG.warn("Pool {}: {}", event.getPool(), event.getMessage());
        } else if (event.getType() == TaskEventType.STATE_DAMAGED) {
            damaged.record();
            LOG.error("Pool {}: {}", event.getPool(), event.getMessage());
        }
    }
}
