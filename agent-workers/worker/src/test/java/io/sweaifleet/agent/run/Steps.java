package io.sweaifleet.agent.run;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Makes a playbook of a few lines, of kind {@code test.kind}. */
public final class Steps {

    private Steps() {}

    /** What the playbook does; a call that is denied fails the test unless the body catches it. */
    public interface Body {
        PlaybookResult run(PlaybookContext context)
                throws PlaybookFailure, InterruptedException, ToolDenied, IOException;
    }

    /** As {@link Body}, with nothing to return. */
    public interface Action {
        void run(PlaybookContext context) throws PlaybookFailure, InterruptedException, ToolDenied, IOException;
    }

    public static Playbook doing(Action action) {
        return playbook(context -> {
            action.run(context);
            return new PlaybookResult("done", Map.of());
        });
    }

    public static Playbook playbook(Body body) {
        return new Playbook() {
            @Override
            public String kind() {
                return "test.kind";
            }

            @Override
            public String version() {
                return "1";
            }

            @Override
            public PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
                try {
                    return body.run(context);
                } catch (ToolDenied e) {
                    throw new AssertionError(e);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}
