package io.sweaifleet.agent.run;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookResult;
import java.util.Map;

/** Does nothing, as cheaply as possible, so that the benchmark measures the way and not the work. */
public final class BenchNoop implements Playbook {

    private static final PlaybookResult DONE = new PlaybookResult("did nothing", Map.of());

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
    public PlaybookResult run(PlaybookContext context) {
        return DONE;
    }
}
