package io.sweaifleet.topology.core.domain;

/**
 * Evidence before anything is taken as lost.
 *
 * <p>That a heartbeat or a result was not read does not mean that it was not written: core may lag behind its inputs, or have
 * been away. So before a worker counts as gone or a lease as lost, a marker goes through the heartbeats and then through the
 * results. When it has come back from both and nothing has changed the matter, it is decided. The markers are nowhere in the
 * state: a timer that looks again stands for them, and only the markers of a timer that is still set count.
 */
final class Markers {

    /** When to look again if the markers have not come back: they are somewhere in a long lag, in ms. */
    static final long PATIENCE_MS = 60_000;

    private Markers() {}

    /**
     * Sends a marker off for a timer that was due.
     *
     * @return when the same timer is due again if the markers do not come back, ms since the epoch
     */
    static long ask(Step step, Key.OfTimer timer) {
        Key.OfTimer again = new Key.OfTimer(timer.pool(), step.now() + PATIENCE_MS, timer.kind(), timer.id());
        step.setTimer(again.dueAt(), again.kind(), again.id());
        step.tell(new Effect.Marker(again, false));
        return again.dueAt();
    }

    static void on(Step step, Endings endings, Event.Marked marked) {
        if (step.state.get(marked.timer()) == null) {
            return;
        }
        if (marked.inResults()) {
            new Timers(step, endings).confirmed(marked.timer());
        } else {
            step.tell(new Effect.Marker(marked.timer(), true));
        }
    }
}
