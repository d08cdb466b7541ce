package io.sweaifleet.deploy.chaos.check;

/** A promise of the fleet that every history must keep. Stateless. */
public interface Check {

    /** Its name: a lower-case word or words with dashes. */
    String name();

    /** What it holds the history against, for people. */
    String promise();

    /** Looks at a history. */
    Verdict on(CheckedHistory history);
}
