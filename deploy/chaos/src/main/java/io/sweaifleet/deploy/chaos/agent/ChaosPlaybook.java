package io.sweaifleet.deploy.chaos.agent;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that takes a while and ends as it is told, by the inputs {@value #SLEEP_MS} (how long), {@value #FAIL_ATTEMPTS} (so many
 * attempts fail first), {@value #FAIL_AS} (the class of their failure), {@value #CHILD} (true: a child process does the
 * waiting, which then may be killed or stopped) and {@value #STEP_TOKENS} (it goes by ten steps, each of which uses so many
 * tokens).
 */
public final class ChaosPlaybook implements Playbook {

    /** The kind of its tasks. */
    public static final String KIND = "chaos.work";

    /** Input: how long an attempt takes, in ms. */
    public static final String SLEEP_MS = "sleepMs";

    /** Input: so many attempts fail before one succeeds. */
    public static final String FAIL_ATTEMPTS = "failAttempts";

    /** Input: class of the failures. */
    public static final String FAIL_AS = "failAs";

    /** Input: whether a child process does the waiting. */
    public static final String CHILD = "child";

    /** Input: tokens that each of ten steps uses; such a task has no child. */
    public static final String STEP_TOKENS = "stepTokens";

    private static final int STEPS = 10;

    /** How a run ended that did its work. */
    public static final String SUCCEEDED = "succeeded";

    private static @Nullable RunLog log;

    /** For the service loader. */
    public ChaosPlaybook() {}

    @Override
    public String kind() {
        return KIND;
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
    public PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        Assignment assignment = context.assignment();
        log().write(RunLog.START, assignment, "");
        String how = "stopped";
        try {
            work(context);
            how = SUCCEEDED;
            return new PlaybookResult("attempt " + assignment.getAttempt(), Map.of("lease", assignment.getLeaseId()));
        } catch (PlaybookFailure failure) {
            how = "failed";
            throw failure;
        } finally {
            // Before the worker can report it: a result that core has read has its line here.
            log().write(RunLog.END, assignment, how);
        }
    }

    private static void work(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        Assignment assignment = context.assignment();
        long millis = Long.parseLong(assignment.getInputs().getOrDefault(SLEEP_MS, "0"));
        String tokens = assignment.getInputs().get(STEP_TOKENS);
        if (tokens != null) {
            spend(context, Long.parseLong(tokens), millis / STEPS);
        } else if (Boolean.parseBoolean(assignment.getInputs().get(CHILD))) {
            waitForChild(assignment, millis);
        } else {
            Thread.sleep(millis);
        }
        if (assignment.getAttempt() <= Integer.parseInt(assignment.getInputs().getOrDefault(FAIL_ATTEMPTS, "0"))) {
            throw PlaybookFailure.failed(
                    FailureClass.valueOf(assignment.getInputs().getOrDefault(FAIL_AS, "TRANSIENT")),
                    "AS_TOLD",
                    "attempt " + assignment.getAttempt() + " fails, as its inputs say",
                    "nothing: it is meant to");
        }
    }

    private static void spend(PlaybookContext context, long tokens, long millis)
            throws PlaybookFailure, InterruptedException {
        for (int step = 0; step < STEPS; step++) {
            Thread.sleep(millis);
            context.cancellation().check();
            // Before it is told: what was used counts, whether or not anybody came to know of it.
            log().write(RunLog.USED, context.assignment(), Long.toString(tokens));
            context.used(tokens, 0, 0);
        }
    }

    private static void waitForChild(Assignment assignment, long millis) throws PlaybookFailure, InterruptedException {
        Process child;
        try {
            child = new ProcessBuilder("sleep", Double.toString(millis / 1000.0)).start();
        } catch (IOException e) {
            throw PlaybookFailure.failed(
                    FailureClass.ENVIRONMENT, "NO_SLEEP", "sleep cannot be started: " + e, "install coreutils");
        }
        try {
            log().write(RunLog.CHILD, assignment, Long.toString(child.pid()));
            int code = child.waitFor();
            if (code != 0) {
                throw PlaybookFailure.failed(
                        FailureClass.AGENT, "CHILD_DIED", "the child ended with " + code, "nothing: it is tried again");
            }
        } finally {
            child.destroyForcibly();
        }
    }

    private static synchronized RunLog log() {
        if (log == null) {
            log = RunLog.ofThisProcess();
        }
        return log;
    }
}
