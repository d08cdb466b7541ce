package io.sweaifleet.schemas.rule;

import io.sweaifleet.schemas.common.Budget;
import org.jspecify.annotations.Nullable;

/** What a budget may say, whatever it is of. */
public final class BudgetRules {

    private static final long YEAR_MS = 31_622_400_000L;
    private static final long MOST = 1_000_000_000_000L;

    private BudgetRules() {}

    /**
     * Checks a budget, if there is one.
     *
     * @param prefix what stands before the names of its fields, such as {@code budget.}
     */
    public static void check(Checks checks, String prefix, @Nullable Budget budget) {
        if (budget == null) {
            return;
        }
        if (budget.getWallMs() != null) {
            checks.range(prefix + "wallMs", budget.getWallMs(), 1, YEAR_MS);
        }
        if (budget.getTokens() != null) {
            checks.range(prefix + "tokens", budget.getTokens(), 1, MOST);
        }
        if (budget.getCostMicroUsd() != null) {
            checks.range(prefix + "costMicroUsd", budget.getCostMicroUsd(), 1, MOST);
        }
    }
}
