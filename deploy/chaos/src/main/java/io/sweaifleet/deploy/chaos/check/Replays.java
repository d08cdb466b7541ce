package io.sweaifleet.deploy.chaos.check;

/** The history decides the same again. */
final class Replays implements Check {

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public String promise() {
        return "core's rules, fed with the recorded inputs, decide the recorded events and outcomes (replay --verify)";
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Replayed replayed = history.replayed();
        for (long i = 0; i < replayed.events() + replayed.outcomes(); i++) {
            verdict.look();
        }
        replayed.differences().forEach(verdict::violated);
        return verdict;
    }
}
