package io.sweaifleet.agent.worker.protocol;

import java.time.Duration;

/**
 * How long a worker waits for what.
 *
 * @param helloRepeat after which an unanswered HELLO is repeated
 * @param stopGrace after which an attempt that was told to stop and has not is reported as ended and its actor replaced
 * @param progressInterval shortest time between two progress reports of one lease; the latest step waits for its turn
 */
public record WorkerTimings(Duration helloRepeat, Duration stopGrace, Duration progressInterval) {

    /** HELLO every second, two seconds to stop, progress four times a second at most. */
    public static final WorkerTimings DEFAULT =
            new WorkerTimings(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMillis(250));
}
