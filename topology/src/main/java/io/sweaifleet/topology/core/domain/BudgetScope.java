package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a budget is of: a task, a workflow or a tenant.
 *
 * @param kind which
 * @param id its id
 */
record BudgetScope(Kind kind, String id) {

    /** What can have a budget. The order of constants is stored: append only. */
    enum Kind {
        TASK("Task"),
        WORKFLOW("Workflow"),
        TENANT("Tenant");

        final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Its bit in a {@linkplain TaskEntry.Lease#metered lease}. */
        int bit() {
            return 1 << ordinal();
        }
    }

    /** Name in keys and timers. */
    String name() {
        return kind.name() + ":" + id;
    }

    static BudgetScope named(String name) {
        int colon = name.indexOf(':');
        return new BudgetScope(Kind.valueOf(name.substring(0, colon)), name.substring(colon + 1));
    }

    /** What an attempt of a task is counted for, by the bits of its lease. */
    static List<BudgetScope> of(Step step, int metered, String taskId, TaskEntry.Live task) {
        List<BudgetScope> scopes = new ArrayList<>(1);
        for (Kind kind : Kind.values()) {
            if ((metered & kind.bit()) != 0) {
                scopes.add(new BudgetScope(
                        kind,
                        switch (kind) {
                            case TASK -> taskId;
                            case WORKFLOW -> payer(step, task.workflowId());
                            case TENANT -> Texts.tenant(task.spec().getTenant());
                        }));
            }
        }
        return scopes;
    }

    /** The workflow whose budget pays for the tasks of one: that which was submitted, of those that its steps began. */
    static String payer(Step step, String workflowId) {
        List<String> line = RunLink.upwards(step.state::get, step.pool, workflowId);
        return line.get(line.size() - 1);
    }

    /** Its budget as it is declared now; null when it has none, or is gone. */
    @Nullable
    Budget budget(Step step) {
        switch (kind) {
            case TASK -> {
                TaskEntry.Live task = step.liveTask(id);
                return task == null ? null : Budget.of(task.spec().getBudget());
            }
            case WORKFLOW -> {
                WorkflowEntry.Live workflow = step.liveWorkflow(id);
                return workflow == null ? null : workflow.budget();
            }
            case TENANT -> {
                return step.rules.rulesOf(id).budget();
            }
        }
        throw new IllegalStateException("No budgets are of " + kind);
    }

    /** Length of the windows of its budget, in ms; 0 for one that never begins anew. */
    long windowMs(PoolEntry rules) {
        return kind == Kind.TENANT ? rules.rulesOf(id).budgetWindowMs() : 0;
    }
}
