package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.deploy.chaos.history.Fault;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/** Makes the faults of a schedule, writes down what it did, and heals everything at the end. */
final class Nemesis {

    private final Cluster cluster;
    private final Iterator<PlannedFault> schedule;
    private final Path log;
    private final PrintStream progress;
    private final long began = System.nanoTime();
    private final PriorityQueue<Stopped> stopped = new PriorityQueue<>(Comparator.comparingLong(Stopped::untilMs));
    private final Map<String, Integer> made = new HashMap<>();
    private PlannedFault next;

    private static final PlannedFault NONE = new PlannedFault(Long.MAX_VALUE, "", PlannedFault.Kind.STOP, 0);

    /** A process that goes on at a time after the beginning, in ms. */
    private record Stopped(long pid, long untilMs) {}

    Nemesis(Cluster cluster, List<PlannedFault> faults, Path log, PrintStream progress) {
        this.cluster = cluster;
        this.schedule = faults.iterator();
        this.log = log;
        this.progress = progress;
        this.next = schedule.hasNext() ? schedule.next() : NONE;
    }

    /** Does what is due. */
    void step() {
        long now = (System.nanoTime() - began) / 1_000_000;
        while (!stopped.isEmpty() && stopped.peek().untilMs() <= now) {
            Cluster.signal(stopped.poll().pid(), "CONT");
        }
        while (next.afterMs() <= now) {
            make(next, now);
            next = schedule.hasNext() ? schedule.next() : NONE;
        }
    }

    private void make(PlannedFault fault, long now) {
        Optional<ProcessHandle> process =
                fault.target().equals(PlannedFault.CHILD) ? child() : cluster.process(fault.target());
        long pid = process.map(ProcessHandle::pid).orElse(0L);
        // Before it is done: what ended because of it must not seem to have ended before.
        write(new Fault(System.currentTimeMillis(), fault.target(), fault.kind().name(), pid, fault.forMs()));
        if (pid == 0) {
            return;
        }
        made.merge(fault.kind().name().toLowerCase(Locale.ROOT) + " " + group(fault.target()), 1, Integer::sum);
        progress.printf(
                Locale.ROOT,
                "chaos: %6.1f s  %s %s%s%n",
                now / 1000.0,
                fault.kind().name().toLowerCase(Locale.ROOT),
                fault.target(),
                fault.forMs() == 0 ? "" : String.format(Locale.ROOT, " for %.1f s", fault.forMs() / 1000.0));
        switch (fault.kind()) {
            case KILL -> Cluster.signal(pid, "KILL");
            case RESTART -> Cluster.signal(pid, "TERM");
            case STOP -> {
                Cluster.signal(pid, "STOP");
                stopped.add(new Stopped(pid, now + fault.forMs()));
            }
        }
    }

    private static String group(String target) {
        return target.startsWith("core-") ? "core" : target.startsWith("worker-") ? "worker" : target;
    }

    /** The oldest child of an agent that lives now. */
    private Optional<ProcessHandle> child() {
        return cluster.targets().stream()
                .filter(target -> target.startsWith("worker-"))
                .flatMap(worker -> cluster.process(worker).stream())
                .flatMap(Nemesis::children)
                .min(Comparator.comparing(child ->
                        child.info().startInstant().map(Object::toString).orElse("")));
    }

    private static Stream<ProcessHandle> children(ProcessHandle worker) {
        return worker.children()
                .filter(child -> child.info().command().orElse("").endsWith("sleep"));
    }

    /** Lets everything go on that is stopped. What is dead is started again by its launcher. */
    void heal() {
        stopped.forEach(each -> Cluster.signal(each.pid(), "CONT"));
        stopped.clear();
        next = NONE;
    }

    /** How many faults of each kind were made, such as {@code kill core}. */
    Map<String, Integer> made() {
        return Map.copyOf(made);
    }

    private void write(Fault fault) {
        try {
            Files.writeString(log, fault.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("the log of faults " + log + " cannot be written", e);
        }
    }
}
