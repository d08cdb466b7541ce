package io.sweaifleet.agent.run;

import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.schemas.common.Budget;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.common.Usage;
import org.jspecify.annotations.Nullable;

/** The tokens and the money that one attempt has used. */
final class Spending {

    private long inputTokens;
    private long outputTokens;
    private long costMicroUsd;

    void add(long moreInputTokens, long moreOutputTokens, long moreCostMicroUsd) {
        inputTokens += moreInputTokens;
        outputTokens += moreOutputTokens;
        costMicroUsd += moreCostMicroUsd;
    }

    void tell(Usage.Builder usage) {
        usage.setInputTokens(inputTokens).setOutputTokens(outputTokens).setCostMicroUsd(costMicroUsd);
    }

    /** @throws PlaybookFailure when as much is used as may be */
    void check(@Nullable Budget budget) throws PlaybookFailure {
        if (budget != null) {
            check(budget.getTokens(), inputTokens + outputTokens, "tokens", " tokens");
            check(budget.getCostMicroUsd(), costMicroUsd, "costMicroUsd", " micro-USD");
        }
    }

    private static void check(@Nullable Long limit, long used, String field, String unit) throws PlaybookFailure {
        if (limit != null && used >= limit) {
            throw PlaybookFailure.failed(
                    FailureClass.PERMANENT,
                    "BUDGET_EXCEEDED",
                    "the attempt has used " + used + unit + "; " + limit + " were left of budget." + field,
                    "submit it again with a new id and a larger budget, or with less to do");
        }
    }
}
