package io.sweaifleet.deploy.node;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The parts of one node while they live: starts them in the order of their dependencies and otherwise at the same time,
 * starts again what dies, and ends them in the opposite order.
 */
final class Node {
    private static final Duration RESTART_WINDOW = Duration.ofMinutes(10);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(15);

    private final NodeDirectory directory;
    private final NodePlan plan;
    private final PrintStream progress;
    private final Map<String, RunningPart> running = new LinkedHashMap<>();
    private final Map<String, PartLog> logs = new HashMap<>();
    private final Map<String, Deque<Instant>> deaths = new HashMap<>();
    private final BlockingQueue<RunningPart> ended = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "node");
        thread.setDaemon(true);
        return thread;
    });
    private NodeState.Phase phase = NodeState.Phase.STARTING;
    private boolean stopping;

    Node(NodeDirectory directory, NodePlan plan, PrintStream progress) {
        this.directory = directory;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Starts everything and returns when all of it can be used.
     *
     * @throws PartException naming the part that failed first; the caller then has to {@link #stop}
     */
    void start() throws PartException, InterruptedException {
        saveState();
        CompletableFuture<Void> failed = new CompletableFuture<>();
        Map<String, CompletableFuture<Void>> done = new HashMap<>();
        for (Stage stage : plan.stages()) {
            CompletableFuture<?>[] before =
                    stage.after().stream().map(done::get).toArray(CompletableFuture[]::new);
            CompletableFuture<Void> finished =
                    CompletableFuture.allOf(before).thenRunAsync(() -> complete(stage), threads);
            done.put(stage.name(), finished.whenComplete((ok, failure) -> {
                if (failure != null) {
                    failed.completeExceptionally(failure);
                }
            }));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(done.values().toArray(CompletableFuture[]::new));
        try {
            CompletableFuture.anyOf(all, failed).get();
        } catch (ExecutionException failure) {
            throw partException(failure);
        }
    }

    /** Writes down that the node can be used, which those who wait for it look at. */
    void announceReady() throws PartException {
        synchronized (this) {
            phase = NodeState.Phase.READY;
        }
        saveState();
    }

    /**
     * Watches the parts and starts again what dies. Returns when the node is stopped.
     *
     * @throws PartException when a part died too often, or does not come up again
     */
    void supervise() throws PartException, InterruptedException {
        while (true) {
            RunningPart dead = ended.take();
            if (isStopping()) {
                return;
            }
            restart(dead);
        }
    }

    /** The processes that live now. */
    synchronized List<Long> pids() {
        return running.values().stream().map(RunningPart::pid).toList();
    }

    /** Ends every part, those that need others first. Safe to call twice, and from another thread than the starter's. */
    void stop() {
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
            phase = NodeState.Phase.STOPPING;
        }
        Map<String, CompletableFuture<Void>> stopped = new HashMap<>();
        List<Stage> reversed = new ArrayList<>(plan.stages());
        Collections.reverse(reversed);
        for (Stage stage : reversed) {
            CompletableFuture<?>[] dependents = plan.stages().stream()
                    .filter(other -> other.after().contains(stage.name())
                            || other.endsBefore().contains(stage.name()))
                    .map(other -> stopped.get(other.name()))
                    .toArray(CompletableFuture[]::new);
            stopped.put(
                    stage.name(),
                    CompletableFuture.allOf(dependents).thenRunAsync(() -> stopOne(stage.name()), threads));
        }
        try {
            CompletableFuture.allOf(stopped.values().toArray(CompletableFuture[]::new))
                    .get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failure) {
            progress.println("fleet: while stopping: " + failure.getCause());
        }
        threads.shutdownNow();
        logs.values().forEach(PartLog::close);
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private void complete(Stage stage) {
        Instant begin = Instant.now();
        try {
            String result;
            if (stage instanceof Part part) {
                launch(part).awaitReady();
                result = part.address();
            } else {
                result = ((Step) stage).work().run();
            }
            say("  %-10s ready %5.1f s  %s", stage.name(), seconds(begin), result);
        } catch (PartException failure) {
            throw new CompletionException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        }
    }

    private RunningPart launch(Part part) throws PartException {
        RunningPart started;
        synchronized (this) {
            if (stopping) {
                throw new PartException(part.name() + " is not started: the node is being stopped", "start it again");
            }
            PartLog log = logs.computeIfAbsent(part.name(), name -> new PartLog(directory.log(name)));
            started = RunningPart.start(part, directory.folder(part.name()), log);
            running.put(part.name(), started);
        }
        threads.execute(() -> {
            try {
                started.awaitEnd();
                ended.add(started);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        saveState();
        return started;
    }

    private void restart(RunningPart dead) throws PartException, InterruptedException {
        Part part = dead.part();
        Deque<Instant> times = deaths.computeIfAbsent(part.name(), name -> new ArrayDeque<>());
        Instant now = Instant.now();
        times.removeIf(time -> time.isBefore(now.minus(RESTART_WINDOW)));
        times.addLast(now);
        PartException cause = dead.ended("ended with exit code " + dead.exitCode());
        if (times.size() > plan.restarts()) {
            throw new PartException(
                    cause.getMessage() + "\n  It died " + times.size() + " times within " + RESTART_WINDOW.toMinutes()
                            + " minutes; the node gives up.",
                    cause.remedy());
        }
        Duration backoff = Duration.ofSeconds(1L << Math.min(times.size() - 1, 10));
        backoff = backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff;
        say("%s", cause.getMessage());
        say(
                "fleet: %s is started again in %d s (%d of %d)",
                part.name(), backoff.toSeconds(), times.size(), plan.restarts());
        TimeUnit.MILLISECONDS.sleep(backoff.toMillis());
        Instant begin = Instant.now();
        RunningPart again;
        try {
            again = launch(part);
            again.awaitReady();
        } catch (PartException failure) {
            if (isStopping()) {
                return;
            }
            // Its end was queued too and is counted there; only one that hangs has to be ended here.
            say("fleet: %s", failure.getMessage());
            stopOne(part.name());
            return;
        }
        say("  %-10s ready %5.1f s  %s", part.name(), seconds(begin), part.address());
    }

    private void stopOne(String name) {
        RunningPart part;
        synchronized (this) {
            part = running.get(name);
        }
        if (part == null) {
            return;
        }
        try {
            part.stop();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void saveState() throws PartException {
        Map<String, NodeState.Identity> parts = new HashMap<>();
        running.forEach((name, part) ->
                ProcessHandle.of(part.pid()).ifPresent(process -> parts.put(name, NodeState.Identity.of(process))));
        directory.writeState(new NodeState(NodeState.Identity.of(ProcessHandle.current()), phase, parts));
    }

    private void say(String format, Object... values) {
        progress.println(String.format(Locale.ROOT, format, values).stripTrailing());
        progress.flush();
    }

    private static double seconds(Instant begin) {
        return Duration.between(begin, Instant.now()).toMillis() / 1000.0;
    }

    private static PartException partException(ExecutionException failure) throws InterruptedException {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof PartException)) {
            cause = cause.getCause();
        }
        if (cause instanceof PartException expected) {
            return expected;
        }
        if (cause instanceof InterruptedException) {
            throw new InterruptedException("interrupted while the node was starting");
        }
        return new PartException(
                "the node did not start: " + cause, "this is a defect of the launcher; report it", cause);
    }
}
