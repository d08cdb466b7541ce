package io.sweaifleet.schemas.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of workflows, in the order of their ids.
 *
 * @param workflows may be fewer than asked for, even none, although there is a next page
 * @param cursor what to ask for to get the next page; null at the end
 */
public record WorkflowsAnswer(
        String pool,
        List<WorkflowAnswer> workflows,
        @Nullable String cursor) {

    public WorkflowsAnswer {
        workflows = List.copyOf(workflows);
    }
}
