package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RateLimit;
import io.sweaifleet.schemas.role.TenantRules;
import org.jspecify.annotations.Nullable;

/** What the definition of a pool may say. */
public final class PoolRules {

    private static final int MOST_TENANTS = 1_000;
    private static final int MOST_RATES = 1_000;
    private static final int MOST_WEIGHT = 1_000;
    private static final long MOST_BACKLOG = 10_000_000;
    private static final int RATE_KEY_LIMIT = 201;
    private static final long MINUTE_MS = 60_000L;
    private static final long DAY_MS = 86_400_000L;
    private static final long YEAR_MS = 31_622_400_000L;

    private PoolRules() {}

    /** The first problem of a pool, or null. */
    public static @Nullable Failure check(PoolDefinition pool) {
        Checks checks = new Checks();
        checks.id("pool", pool.getPool());
        checks.range("version", pool.getVersion(), 0, Integer.MAX_VALUE);
        checks.range("leaseMs", pool.getLeaseMs(), 100, DAY_MS);
        checks.range("leaseGraceMs", pool.getLeaseGraceMs(), 0, DAY_MS);
        checks.range("agingHalfTimeMs", pool.getAgingHalfTimeMs(), 1, YEAR_MS);
        checks.range("unknownRoleGraceMs", pool.getUnknownRoleGraceMs(), 0, DAY_MS);
        checks.range("dedupeRetentionMs", pool.getDedupeRetentionMs(), 1_000, YEAR_MS);
        checks.range("tenants.size", pool.getTenants().size(), 0, MOST_TENANTS);
        pool.getTenants().forEach((tenant, rules) -> {
            checks.id("tenants (a name)", tenant);
            tenant(checks, "tenants." + tenant + ".", rules);
        });
        if (pool.getOtherTenants() != null) {
            tenant(checks, "otherTenants.", pool.getOtherTenants());
        }
        checks.range("rates.size", pool.getRates().size(), 0, MOST_RATES);
        pool.getRates().forEach((key, limit) -> rate(checks, key, limit));
        return checks.problem();
    }

    private static void tenant(Checks checks, String prefix, TenantRules rules) {
        checks.range(prefix + "weight", rules.getWeight(), 1, MOST_WEIGHT);
        if (rules.getMaxBacklog() != null) {
            checks.range(prefix + "maxBacklog", rules.getMaxBacklog(), 0, MOST_BACKLOG);
        }
        BudgetRules.check(checks, prefix + "budget.", rules.getBudget());
        checks.range(prefix + "budgetWindowMs", rules.getBudgetWindowMs(), MINUTE_MS, YEAR_MS);
    }

    private static void rate(Checks checks, String key, RateLimit limit) {
        checks.argument("rates (a key)", key, RATE_KEY_LIMIT);
        checks.range("rates." + key + ".permits", limit.getPermits(), 1, 1_000_000);
        checks.range("rates." + key + ".intervalMs", limit.getIntervalMs(), 1, DAY_MS);
        checks.range("rates." + key + ".burst", limit.getBurst(), 1, 10_000);
    }
}
