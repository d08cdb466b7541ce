package io.sweaifleet.deploy.chaos.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which faults come when: a function of seed, length and targets, so that a run can be repeated. */
final class FaultSchedule {

    /** Mean time between two faults, in ms. */
    private static final long EVERY_MS = 5_000;

    /** Every part of the fleet shall come up before the first one. */
    private static final long FIRST_AFTER_MS = 3_000;

    /** A worker that is stopped for longer than a lease and its grace loses what it holds; a shorter stop must cost nothing. */
    private static final long LONGEST_STOP_MS = 15_000;

    /** Clients of a broker wait for it, and so does everything else. */
    private static final long LONGEST_STOP_OF_SERVERS_MS = 5_000;

    private FaultSchedule() {}

    /**
     * The faults in their order.
     *
     * @param targets what there is to hit; {@link PlannedFault#CHILD} comes besides
     */
    static List<PlannedFault> of(long seed, Duration length, List<String> targets) {
        Random random = new Random(seed);
        List<PlannedFault> faults = new ArrayList<>();
        long at = FIRST_AFTER_MS;
        while (at < length.toMillis()) {
            faults.add(one(random, at, targets));
            at += EVERY_MS / 2 + random.nextInt((int) EVERY_MS);
        }
        return faults;
    }

    private static PlannedFault one(Random random, long at, List<String> targets) {
        String target = target(random, targets);
        boolean server = isServer(target);
        PlannedFault.Kind kind = kind(random, target);
        long longest = server ? LONGEST_STOP_OF_SERVERS_MS : LONGEST_STOP_MS;
        long forMs = kind == PlannedFault.Kind.STOP ? 500 + random.nextInt((int) longest) : 0;
        return new PlannedFault(at, target, kind, forMs);
    }

    /** Instances of core are hit most; each server as often as any worker. */
    private static String target(Random random, List<String> targets) {
        List<String> weighted = new ArrayList<>(targets);
        targets.stream().filter(target -> target.startsWith("core-")).forEach(core -> {
            weighted.add(core);
            weighted.add(core);
        });
        weighted.add(PlannedFault.CHILD);
        weighted.add(PlannedFault.CHILD);
        return weighted.get(random.nextInt(weighted.size()));
    }

    private static PlannedFault.Kind kind(Random random, String target) {
        int drawn = random.nextInt(10);
        if (target.equals(PlannedFault.CHILD)) {
            return drawn < 7 ? PlannedFault.Kind.KILL : PlannedFault.Kind.STOP;
        }
        return drawn < 5 ? PlannedFault.Kind.KILL : drawn < 8 ? PlannedFault.Kind.STOP : PlannedFault.Kind.RESTART;
    }

    private static boolean isServer(String target) {
        return List.of("broker", "registry", "redis").contains(target);
    }
}
