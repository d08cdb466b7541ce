package io.sweaifleet.deploy.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.deploy.chaos.history.History;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.task.TaskOutcome;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tells people and programs what a proof says. */
final class ProofReport {

    private static final int SHOWN = 10;

    private final Proof proof;

    ProofReport(Proof proof) {
        this.proof = proof;
    }

    /** For people. */
    void print(PrintStream out) {
        History history = proof.history();
        out.printf(
                Locale.ROOT,
                "%d submissions (%d tasks) in %d pools, %d events, %d outcomes %s%n",
                history.accepted().size(),
                history.tasks().size(),
                history.journal().size(),
                events(),
                history.outcomes().size(),
                statuses());
        out.printf(
                Locale.ROOT,
                "%d runs of agents, %d faults %s, %d leases expired%n",
                history.runs().size(),
                faults().values().stream().mapToInt(Long::intValue).sum(),
                faults(),
                expired());
        proof.verdicts().forEach((check, verdict) -> {
            List<String> violations = verdict.violations();
            out.printf(
                    Locale.ROOT,
                    "  %-18s %s  %,9d looked at  %s%n",
                    check.name(),
                    violations.isEmpty() ? "holds " : "BROKEN",
                    verdict.looked(),
                    check.promise());
            violations.stream().limit(SHOWN).forEach(violation -> out.println("      " + violation));
            if (violations.size() > SHOWN) {
                out.println("      and " + (violations.size() - SHOWN) + " more");
            }
        });
    }

    /** For programs. */
    ObjectNode json() {
        History history = proof.history();
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("holds", proof.holds());
        document.put("submissions", history.accepted().size());
        document.put("tasks", history.tasks().size());
        document.put("pools", history.journal().size());
        document.put("events", events());
        document.put("runs", history.runs().size());
        document.put("leasesExpired", expired());
        ObjectNode statuses = document.putObject("outcomes");
        statuses().forEach(statuses::put);
        ObjectNode faults = document.putObject("faults");
        faults().forEach(faults::put);
        ArrayNode checks = document.putArray("checks");
        proof.verdicts().forEach((check, verdict) -> {
            ObjectNode node = checks.addObject();
            node.put("name", check.name());
            node.put("promise", check.promise());
            node.put("looked", verdict.looked());
            node.put("holds", verdict.violations().isEmpty());
            ArrayNode violations = node.putArray("violations");
            verdict.violations().forEach(violations::add);
        });
        return document;
    }

    private long events() {
        return proof.history().journal().values().stream().mapToLong(List::size).sum();
    }

    private long expired() {
        return proof.history().journal().values().stream()
                .flatMap(List::stream)
                .filter(event -> event.getType() == TaskEventType.LEASE_EXPIRED)
                .count();
    }

    private Map<String, Long> statuses() {
        return proof.history().outcomes().stream()
                .map(TaskOutcome::getStatus)
                .collect(Collectors.groupingBy(Enum::name, TreeMap::new, Collectors.counting()));
    }

    private Map<String, Long> faults() {
        return proof.history().faults().stream()
                .filter(fault -> fault.pid() != 0)
                .collect(Collectors.groupingBy(
                        fault -> fault.kind() + " " + group(fault.target()), TreeMap::new, Collectors.counting()));
    }

    private static String group(String target) {
        int dash = target.indexOf('-');
        return dash < 0 ? target : target.substring(0, dash);
    }
}
