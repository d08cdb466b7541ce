package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.schemas.core.TaskEvent;

/** The journal is whole. */
final class JournalNumbers implements Check {

    @Override
    public String name() {
        return "journal-numbers";
    }

    @Override
    public String promise() {
        return "the events of each pool are numbered from 1, without gaps and without repetition";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        history.recorded().journal().forEach((pool, events) -> {
            long expected = 1;
            for (TaskEvent event : events) {
                verdict.look();
                if (event.getSequence() != expected) {
                    verdict.violated("pool " + pool
                            + (event.getSequence() < expected
                                    ? " has two events " + event.getSequence()
                                    : " lacks the events " + expected + " to " + (event.getSequence() - 1)));
                }
                expected = event.getSequence() + 1;
            }
        });
        return verdict;
    }
}
