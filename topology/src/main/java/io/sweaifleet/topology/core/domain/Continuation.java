package io.sweaifleet.topology.core.domain;

/** A rule that goes on where the decision before left it. It is taken up at once, so it is nowhere in the state. */
@FunctionalInterface
interface Continuation {

    void goOn(Step step, Endings endings);
}
