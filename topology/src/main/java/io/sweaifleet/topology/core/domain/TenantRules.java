package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/**
 * Share and bound of a tenant within a pool.
 *
 * @param weight its share of the starts of a role, against the other tenants that wait; at least 1
 * @param maxBacklog tasks that may be accepted and not yet ended; null is no bound
 */
public record TenantRules(int weight, @Nullable Long maxBacklog) {

    /** Of a tenant of which the pool says nothing. */
    public static final TenantRules NONE = new TenantRules(1, null);

    static TenantRules of(io.sweaifleet.schemas.role.@Nullable TenantRules declared) {
        return declared == null ? NONE : new TenantRules(Math.max(1, declared.getWeight()), declared.getMaxBacklog());
    }
}
