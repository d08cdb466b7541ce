package io.sweaifleet.schemas.expression;

import java.util.Set;

/** Names of the variables that expressions may use. Which of them are set depends on where the expression stands. */
public final class Variables {

    /** Inputs of the run: a map of texts by name. */
    public static final String INPUTS = "inputs";
    /** Steps that have ended, by id: each a map with the fields below. */
    public static final String STEPS = "steps";
    /** The run itself: a map of texts, {@code id}, {@code pool}, {@code definition}, {@code version}. */
    public static final String WORKFLOW = "workflow";
    /** The item of the list, in a step that is done for each item of one. */
    public static final String ITEM = "item";
    /** Number of the item, from 0. */
    public static final String INDEX = "index";
    /** Number of the time, from 1, in a step that is repeated. */
    public static final String ITERATION = "iteration";
    /** What the last time of a repeated step gave: a map like those of the steps. */
    public static final String LAST = "last";
    /** What the step that is undone had given, in its compensation: a map like those of the steps. */
    public static final String DONE = "done";

    /** All of them. */
    public static final Set<String> ALL = Set.of(INPUTS, STEPS, WORKFLOW, ITEM, INDEX, ITERATION, LAST, DONE);

    /** How a step ended, such as {@code SUCCEEDED}: a text. Field of a step, as those that follow. */
    public static final String STATUS = "status";
    /** Its named outputs: a map of texts. */
    public static final String OUTPUTS = "outputs";
    /** Addresses (URI) of its artifacts by their names: a map of texts. */
    public static final String ARTIFACTS = "artifacts";
    /** Why it did not succeed: {@code code} and {@code message}; an empty map when it did. */
    public static final String FAILURE = "failure";
    /** Number of its findings. */
    public static final String FINDINGS = "findings";

    private Variables() {}
}
