package io.sweaifleet.schemas.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of tasks, in the order of their ids.
 *
 * @param tasks may be fewer than asked for, even none, although there is a next page
 * @param cursor what to ask for to get the next page; null at the end
 */
public record TasksAnswer(
        String pool, List<TaskAnswer> tasks, @Nullable String cursor) {

    public TasksAnswer {
        tasks = List.copyOf(tasks);
    }
}
