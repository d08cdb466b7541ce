package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/**
 * Share and bound of a tenant within a pool.
 *
 * @param weight its share of the starts of a role, against the other tenants that wait; at least 1
 * @param maxBacklog tasks that may be accepted and not yet ended; null is no bound
 * @param budget what the attempts of its tasks may use in each window; null is no limit
 * @param budgetWindowMs length of a window, in ms
 */
public record TenantRules(
        int weight, @Nullable Long maxBacklog, @Nullable Budget budget, long budgetWindowMs) {

    /** Length of a window unless the pool says otherwise: a day, in ms. */
    public static final long DAY_MS = 86_400_000;

    /** Of a tenant of which the pool says nothing. */
    public static final TenantRules NONE = new TenantRules(1, null, null, DAY_MS);

    static TenantRules of(io.sweaifleet.schemas.role.@Nullable TenantRules declared) {
        return declared == null
                ? NONE
                : new TenantRules(
                        Math.max(1, declared.getWeight()),
                        declared.getMaxBacklog(),
                        Budget.of(declared.getBudget()),
                        Math.max(1, declared.getBudgetWindowMs()));
    }
}
