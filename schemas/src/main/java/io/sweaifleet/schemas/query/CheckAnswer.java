package io.sweaifleet.schemas.query;

import java.util.List;

/**
 * Whether everything of a pool that has not ended has something that takes it further.
 *
 * @param tasks tasks looked at that have not ended
 * @param workflows workflows looked at that have not ended
 * @param workers workers looked at
 * @param problems what is wrong; empty when nothing is
 * @param complete false when there is more than one query may read: then the rest was not looked at
 */
public record CheckAnswer(
        String pool, int tasks, int workflows, int workers, List<Problem> problems, boolean complete) {

    public CheckAnswer {
        problems = List.copyOf(problems);
    }

    /**
     * Something that is wrong.
     *
     * @param of what with, such as {@code task a}
     * @param message what is wrong with it
     */
    public record Problem(String of, String message) {}
}
