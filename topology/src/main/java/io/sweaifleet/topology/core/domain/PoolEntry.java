package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.role.PoolDefinition;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of a pool.
 *
 * @param version version of the definition
 * @param closed whether the definition was removed: nothing new is accepted, what runs goes on
 * @param leaseMs how long a lease lasts without renewal, in ms
 * @param leaseGraceMs further time before a lease is taken away, in ms
 * @param agingHalfTimeMs waiting time that counts as one priority, in ms
 * @param unknownRoleGraceMs how long a task waits for the definition of its role or pool, in ms
 * @param dedupeRetentionMs how long an ended task answers repeated submissions, in ms
 * @param tenants rules of tenants, by name
 * @param otherTenants rules of each tenant that is not named
 */
public record PoolEntry(
        int version,
        boolean closed,
        long leaseMs,
        long leaseGraceMs,
        long agingHalfTimeMs,
        long unknownRoleGraceMs,
        long dedupeRetentionMs,
        Map<String, TenantRules> tenants,
        TenantRules otherTenants) {

    /** In force for a pool that is not declared (yet): the schema's defaults. */
    public static final PoolEntry UNDECLARED =
            new PoolEntry(0, false, 30_000, 15_000, 60_000, 5_000, 604_800_000, Map.of(), TenantRules.NONE);

    /** As declared, with durations below one millisecond raised to it. */
    static PoolEntry of(PoolDefinition definition) {
        Map<String, TenantRules> tenants = new TreeMap<>();
        definition.getTenants().forEach((tenant, rules) -> tenants.put(tenant, TenantRules.of(rules)));
        return new PoolEntry(
                definition.getVersion(),
                false,
                Math.max(1, definition.getLeaseMs()),
                Math.max(0, definition.getLeaseGraceMs()),
                Math.max(1, definition.getAgingHalfTimeMs()),
                Math.max(0, definition.getUnknownRoleGraceMs()),
                Math.max(1, definition.getDedupeRetentionMs()),
                tenants,
                TenantRules.of(definition.getOtherTenants()));
    }

    TenantRules rulesOf(String tenant) {
        return tenants.getOrDefault(tenant, otherTenants);
    }

    PoolEntry asClosed() {
        return new PoolEntry(
                version,
                true,
                leaseMs,
                leaseGraceMs,
                agingHalfTimeMs,
                unknownRoleGraceMs,
                dedupeRetentionMs,
                tenants,
                otherTenants);
    }
}
