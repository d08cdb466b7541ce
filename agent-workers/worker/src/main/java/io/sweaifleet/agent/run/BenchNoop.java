package io.sweaifleet.agent.run;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookResult;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Does nothing, as cheaply as possible, so that the benchmark measures the way and not the work. Input {@code waitMs} says how
 * long it takes for that.
 */
public final class BenchNoop implements Playbook {

    private static final PlaybookResult DONE = new PlaybookResult("did nothing", Map.of());

    private static final String WAIT = "waitMs";

    @Override
    public String kind() {
        return "bench.noop";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public boolean needsWorkspace() {
        return false;
    }

    @Override
    public PlaybookResult run(PlaybookContext context) throws InterruptedException {
        String wait = context.assignment().getInputs().get(WAIT);
        if (wait != null) {
            CountDownLatch cancelled = new CountDownLatch(1);
            try (var registration = context.cancellation().onCancel(cancelled::countDown)) {
                var unused = cancelled.await(Long.parseLong(wait), TimeUnit.MILLISECONDS);
            }
            context.cancellation().check();
        }
        return DONE;
    }
}
