package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.build.SourceProblem;
import java.util.List;

/** Whether a part of the repository can be compiled here. */
sealed interface BuildState {

    /** It compiles. */
    record Builds() implements BuildState {}

    /**
     * It does not, and the sources are why.
     *
     * @param message what the build said, bounded
     * @param problems errors that a compiler placed, paths relative to the repository
     */
    record Broken(String message, List<SourceProblem> problems) implements BuildState {}

    /**
     * It could not be tried.
     *
     * @param code code word of the skip
     * @param reason why
     * @param remedy what to do about it, or empty
     */
    record NotBuilt(String code, String reason, String remedy) implements BuildState {}
}
