package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.core.TaskEventType;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.TenantRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tenants that wait for the same role share its starts by their weights, within the bound of docs/scheduling.md. */
final class FairShares implements Check {

    private static final double TOLERANCE = 1e-9;

    @Override
    public String name() {
        return "fair-shares";
    }

    @Override
    public String promise() {
        return "while tenants f and g both wait, |starts(f) / weight(f) - starts(g) / weight(g)| <= 1 / weight(f) + 1 /"
                + " weight(g)";
    }

    private record Pair(String role, String one, String other) {}

    /** How far two tenants were apart, at the least and at the most, since both wait. */
    private static final class Gap {
        private double now;
        private double least;
        private double most;

        void add(double by) {
            now += by;
            least = Math.min(least, now);
            most = Math.max(most, now);
        }

        double width() {
            return most - least;
        }
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().forEach((pool, events) -> {
            PoolDefinition definition = history.recorded().pools().get(pool);
            if (definition != null) {
                pool(verdict, history, definition, events);
            }
        });
        return verdict;
    }

    private static void pool(
            Verdict verdict, CheckedHistory history, PoolDefinition definition, List<TaskEvent> events) {
        Waiting waiting = new Waiting(history, definition.getPool(), definition.getAgingHalfTimeMs());
        Map<Pair, Gap> gaps = new HashMap<>();
        for (TaskEvent event : events) {
            String taskId = event.getTaskId();
            Waiting.Line line = taskId == null ? null : waiting.lineOf(taskId);
            if (line != null && event.getType() == TaskEventType.TASK_ASSIGNED) {
                starts(verdict, definition, waiting, gaps, line, event);
            }
            waiting.on(event);
            if (line != null) {
                Set<String> tenants = new HashSet<>(waiting.tenantsThatWait(line.role()));
                gaps.keySet()
                        .removeIf(pair -> pair.role().equals(line.role())
                                && !(tenants.contains(pair.one()) && tenants.contains(pair.other())));
            }
        }
    }

    private static void starts(
            Verdict verdict,
            PoolDefinition definition,
            Waiting waiting,
            Map<Pair, Gap> gaps,
            Waiting.Line line,
            TaskEvent event) {
        double share = 1.0 / weight(definition, line.tenant());
        for (String other : waiting.tenantsThatWait(line.role())) {
            if (other.equals(line.tenant())) {
                continue;
            }
            verdict.look();
            boolean first = line.tenant().compareTo(other) < 0;
            Pair pair = new Pair(line.role(), first ? line.tenant() : other, first ? other : line.tenant());
            Gap gap = gaps.computeIfAbsent(pair, none -> new Gap());
            gap.add(first ? share : -share);
            double bound = share + 1.0 / weight(definition, other);
            verdict.require(
                    gap.width() <= bound + TOLERANCE,
                    "with event %d of pool %s, tenants %s and %s are %.3f weighted starts of role %s apart while both wait;"
                            + " the bound is %.3f",
                    event.getSequence(),
                    event.getPool(),
                    line.tenant(),
                    other,
                    gap.width(),
                    line.role(),
                    bound);
        }
    }

    private static int weight(PoolDefinition pool, String tenant) {
        TenantRules rules = pool.getTenants().get(tenant);
        TenantRules others = pool.getOtherTenants();
        return rules != null ? rules.getWeight() : others != null ? others.getWeight() : 1;
    }
}
