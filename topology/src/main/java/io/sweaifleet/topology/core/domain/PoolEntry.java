package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.role.PoolDefinition;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
 * @param rates limits of rate keys, by key or by the beginning of keys and an asterisk
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
        TenantRules otherTenants,
        Map<String, RateLimit> rates) {

    /** In force for a pool that is not declared (yet): the schema's defaults. */
    public static final PoolEntry UNDECLARED =
            new PoolEntry(0, false, 30_000, 15_000, 60_000, 5_000, 604_800_000, Map.of(), TenantRules.NONE, Map.of());

    /** As declared, with durations below one millisecond raised to it. */
    static PoolEntry of(PoolDefinition definition) {
        Map<String, TenantRules> tenants = new TreeMap<>();
        definition.getTenants().forEach((tenant, rules) -> tenants.put(tenant, TenantRules.of(rules)));
        Map<String, RateLimit> rates = new TreeMap<>();
        definition.getRates().forEach((key, limit) -> rates.put(key, RateLimit.of(limit)));
        return new PoolEntry(
                definition.getVersion(),
                false,
                Math.max(1, definition.getLeaseMs()),
                Math.max(0, definition.getLeaseGraceMs()),
                Math.max(1, definition.getAgingHalfTimeMs()),
                Math.max(0, definition.getUnknownRoleGraceMs()),
                Math.max(1, definition.getDedupeRetentionMs()),
                tenants,
                TenantRules.of(definition.getOtherTenants()),
                rates);
    }

    TenantRules rulesOf(String tenant) {
        return tenants.getOrDefault(tenant, otherTenants);
    }

    /** The limit of a rate key: its own, or that of the longest declared beginning; null when there is none. */
    @Nullable
    RateLimit rateOf(String rateKey) {
        RateLimit own = rates.get(rateKey);
        for (int length = rateKey.length(); own == null && length >= 0; length--) {
            own = rates.isEmpty() ? null : rates.get(rateKey.substring(0, length) + "*");
        }
        return own;
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
                otherTenants,
                rates);
    }
}
