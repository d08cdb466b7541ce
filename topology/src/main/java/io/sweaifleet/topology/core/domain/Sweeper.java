package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.TaskEventType;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes over the whole state of a pool, slice by slice, and mends what could not have come from the rules: a defect of an earlier release,
 * or of a disk. A slice is a decision of a timer, so it is bounded, comes between others, and a restart goes on with the next one.
 *
 * <p>What was found is in the journal. A replay takes it from there: its own state is sound, and repairs change nothing of it.
 */
final class Sweeper {

    /** Entries of a slice. */
    static final int SLICE = 500;

    /** Time between two slices of a round, in ms. */
    static final long GAP_MS = 1_000;

    private static final String ID = "sweep";

    private final Step step;
    private final Checkup checkup;
    private final Repairs repairs;

    Sweeper(Step step, Endings endings) {
        this.step = step;
        this.checkup = new Checkup(step);
        this.repairs = new Repairs(step, endings);
    }

    /** Sees to it that the pool is swept, from now on. */
    static void begin(Step step) {
        Key.OfSweep key = new Key.OfSweep(step.pool);
        if (step.sweepMs > 0 && step.state.get(key) == null) {
            long at = step.now() + step.sweepMs;
            step.setTimer(at, TimerKind.SWEEP, ID);
            step.state.put(key, SweepEntry.beginning(at));
        }
    }

    /** A slice could not be swept, since a rule threw: the next round begins in its time. */
    static void beginAgain(Step step) {
        step.state.delete(new Key.OfSweep(step.pool));
        begin(step);
    }

    /** The next slice is due. */
    void onTimer(Key.OfTimer timer) {
        Key.OfSweep key = new Key.OfSweep(step.pool);
        SweepEntry entry = step.state.get(key);
        if (entry == null || entry.timerAt() != timer.dueAt()) {
            return;
        }
        if (step.sweepMs <= 0) {
            step.state.delete(key);
            return;
        }
        StateView.Slice slice = step.state.slice(step.pool, entry.cursor(), SLICE);
        SweepEntry after = entry.after(slice, step.now(), GAP_MS, step.sweepMs);
        List<Finding> findings = new ArrayList<>();
        for (Key<?> entryKey : slice.keys()) {
            Finding finding = checkup.of(entryKey);
            if (finding != null) {
                findings.add(finding);
            }
        }
        step.setTimer(after.timerAt(), TimerKind.SWEEP, ID);
        step.state.put(key, after);
        take(findings);
    }

    /** A replay: the slice was swept, and this was found. */
    void onSwept(List<Finding> findings) {
        step.state.put(new Key.OfSweep(step.pool), SweepEntry.beginning(step.now()));
        take(findings);
    }

    private void take(List<Finding> findings) {
        int repaired = 0;
        int reported = 0;
        for (int i = 0; i < findings.size(); i++) {
            if (!step.hasRoom()) {
                List<Finding> rest = List.copyOf(findings.subList(i, findings.size()));
                step.goOn((later, ends) -> new Sweeper(later, ends).take(rest));
                break;
            }
            Finding finding = findings.get(i);
            if (finding.damage().canBeRepaired()) {
                repairs.make(finding);
                repaired++;
            } else {
                reported++;
            }
            tell(finding);
        }
        Key.OfSweep key = new Key.OfSweep(step.pool);
        SweepEntry entry = step.state.get(key);
        if (entry != null && repaired + reported > 0) {
            step.state.put(key, entry.with(repaired, reported));
        }
    }

    private void tell(Finding finding) {
        boolean repaired = finding.damage().canBeRepaired();
        Step.Entry entry = step.journal(
                        repaired ? TaskEventType.STATE_REPAIRED : TaskEventType.STATE_DAMAGED, "", Texts.tenant(null))
                .failure(Failures.permanent(
                        finding.damage().name(),
                        finding.message(),
                        repaired
                                ? "Nothing: it was mended. It should not have come about: report it"
                                : "Report it; cancel the work concerned, and submit it again",
                        finding.entry(),
                        finding.id()))
                .message((repaired ? "Repaired " : "Cannot repair ") + finding.entry() + " " + finding.id() + ": "
                        + finding.message());
        if (finding.entry().equals("task")) {
            entry.task(finding.id());
        }
        entry.add();
    }
}
