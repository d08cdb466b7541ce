package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: tenants share the starts of a role in proportion to their weights.
 *
 * <p>Each tenant has a queue for each {@link Lane} of the role, and the lane has a round: a queue of tenants in the order of their
 * tags. The first task of the first tenant is the next. This is start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng: Start-time
 * Fair Queueing, a Scheduling Algorithm for Integrated Services Packet Switching Networks, SIGCOMM 1996) with the start of an
 * attempt as its unit of work:
 *
 * <ul>
 *   <li>A start moves the tenant's tag on by {@link #UNIT} / weight.
 *   <li>A tenant that was away enters with the smallest tag of the round: it has no credit for the past.
 *   <li>A tenant without tasks keeps its tag until it is the smallest, so leaving and coming back pays for nothing.
 *   <li>A tenant that is alone pays nothing: what the others do not use is not held against it, and costs no write.
 * </ul>
 *
 * <p>So while tenants f and g both wait for a role, in any stretch of time {@code |starts(f)/weight(f) − starts(g)/weight(g)| ≤
 * 1/weight(f) + 1/weight(g)} (theorem 1 of the paper, with packets of length 1).
 *
 * <p>A role all of whose tasks require nothing has one lane, and the smallest tag of its round is its virtual time. While it has
 * others, the rounds of the lanes hold the same tenants' tags, and no round alone knows the smallest: some lanes may have no worker
 * for hours. Then the role's virtual time is kept, the largest tag with which a task was started, and of a tenant that started a
 * task of such a lane an account: the tag that it has earned. A tag in a round counts for no less than either. What is in a round
 * is brought up to that only when it is the first; so a start costs a few writes, however many lanes there are. An account that
 * virtual time has passed says nothing any more, and goes.
 */
public final class Turns {

    /** Virtual time of one start at weight 1: large, so that dividing it by a weight loses nothing that counts. */
    static final long UNIT = 1L << 24;

    /** Entries of rounds that one step puts right: idle tenants that it removes, tags that it brings up. The rest follows in further steps. */
    static final int LEAVES_PER_STEP = 200;

    /** Accounts that are looked at with each start: one goes for each that comes, so there are never many that say nothing. */
    private static final int ACCOUNTS_PER_START = 2;

    /** Order of places in different queues: smaller tags and orders first; of equal ones, what is older. */
    static final Comparator<Key.OfReady> IN_ORDER =
            Comparator.comparingLong(Key.OfReady::order).thenComparingLong(Key.OfReady::arrival);

    /** Accounts that go at once when nobody waits for a role; the rest when it is looked at again. */
    private static final int ACCOUNTS_AT_REST = 10;

    private static final String SLASH = "/";

    private final Step step;
    private int left;

    Turns(Step step) {
        this.step = step;
    }

    /** Name of a tenant's queue for a lane: neither a lane's name, which has no slash, nor a gate's. */
    public static String queueOf(String lane, String tenant) {
        return lane + SLASH + tenant;
    }

    /** Name of the queue of tenants of a lane. */
    public static String roundOf(String lane) {
        return lane + SLASH;
    }

    /** Whether a queue is of tenants, and not of tasks. */
    public static boolean isRound(String queue) {
        return queue.endsWith(SLASH);
    }

    /** Place of a tenant in the round of a lane. */
    public static Key.OfReady place(String pool, String lane, String tenant, TurnEntry turn) {
        return new Key.OfReady(pool, roundOf(lane), turn.tag(), turn.since(), tenant);
    }

    /** A task of the tenant is queued for the lane. */
    static void join(Step step, Lane lane, Requirements required, String tenant) {
        open(step, lane, required);
        if (turn(step, lane.name(), tenant) != null) {
            return;
        }
        Long virtualTime = virtualTime(step, lane.role());
        put(
                step,
                lane.name(),
                tenant,
                virtualTime == null ? firstTag(step, lane.role()) : startTag(step, lane.role(), tenant, virtualTime));
    }

    private static void open(Step step, Lane lane, Requirements required) {
        Key.OfLane key = new Key.OfLane(step.pool, lane.role(), lane.digest());
        if (lane.isPlain() || step.state.get(key) != null) {
            return;
        }
        step.state.put(key, required);
        if (virtualTime(step, lane.role()) == null) {
            step.state.put(new Key.OfVirtualTime(step.pool, lane.role()), firstTag(step, lane.role()));
        }
    }

    private static long firstTag(Step step, String role) {
        Key.OfReady first = step.state.firstReady(step.pool, roundOf(role));
        return first == null ? 0 : first.order();
    }

    /** Virtual time of a role with several lanes; null when it has the plain one only, and no account counts. */
    private static @Nullable Long virtualTime(Step step, String role) {
        return step.state.get(new Key.OfVirtualTime(step.pool, role));
    }

    private static @Nullable TurnEntry turn(Step step, String lane, String tenant) {
        return step.state.get(new Key.OfTurn(step.pool, lane, tenant));
    }

    /** The tag with which a tenant's next task of a role with several lanes starts. */
    private static long startTag(Step step, String role, String tenant, long virtualTime) {
        return Math.max(virtualTime, earnedTag(step, role, tenant));
    }

    /** The tag that a tenant's starts have brought it to, as far as anything knows of it. */
    private static long earnedTag(Step step, String role, String tenant) {
        TurnEntry account = turn(step, Lane.accountsOf(role), tenant);
        TurnEntry plain = turn(step, role, tenant);
        return Math.max(account == null ? Long.MIN_VALUE : account.tag(), plain == null ? Long.MIN_VALUE : plain.tag());
    }

    /** A task of the tenant is started. */
    static void pay(Step step, String role, String tenant) {
        TurnEntry turn = turn(step, role, tenant);
        Long virtualTime = virtualTime(step, role);
        long price = UNIT / step.rules.rulesOf(tenant).weight();
        if (virtualTime == null) {
            if (turn != null && step.state.hasSeveral(step.pool, roundOf(role))) {
                move(step, role, tenant, turn, turn.tag() + price);
            }
            return;
        }
        long start = startTag(step, role, tenant, virtualTime);
        String place = turn == null ? Lane.accountsOf(role) : role;
        move(step, place, tenant, turn(step, place, tenant), start + price);
        if (start > virtualTime) {
            step.state.put(new Key.OfVirtualTime(step.pool, role), start);
        }
        settle(step, role, start, ACCOUNTS_PER_START);
    }

    /** Removes accounts that virtual time has passed; with the last of them, and of the lanes, the role is as any other again. */
    private static void settle(Step step, String role, long virtualTime, int most) {
        String accounts = Lane.accountsOf(role);
        Key.OfReady first = step.state.firstReady(step.pool, roundOf(accounts));
        for (int i = 0; i < most && first != null && first.order() <= virtualTime; i++) {
            remove(step, accounts, first);
            first = step.state.firstReady(step.pool, roundOf(accounts));
        }
        if (first == null && step.state.lanes(step.pool, role).isEmpty()) {
            step.state.delete(new Key.OfVirtualTime(step.pool, role));
        }
    }

    private static void put(Step step, String lane, String tenant, long tag) {
        TurnEntry turn = new TurnEntry(tag, step.lastEvent());
        step.state.put(new Key.OfTurn(step.pool, lane, tenant), turn);
        step.state.put(place(step.pool, lane, tenant, turn), tenant);
    }

    private static void move(Step step, String lane, String tenant, @Nullable TurnEntry from, long tag) {
        if (from != null) {
            step.state.delete(place(step.pool, lane, tenant, from));
        }
        put(step, lane, tenant, tag);
    }

    private static void remove(Step step, String lane, Key.OfReady place) {
        step.state.delete(place);
        step.state.delete(new Key.OfTurn(step.pool, lane, place.taskId()));
    }

    /**
     * A task has left a queue. A lane with requirements goes with its last task: there may be any number of them in time, and
     * nobody looks at one that no worker can serve.
     */
    static void leave(Step step, Lane lane, String tenant) {
        TurnEntry turn = lane.isPlain() ? null : turn(step, lane.name(), tenant);
        if (turn == null || step.state.firstReady(step.pool, queueOf(lane.name(), tenant)) != null) {
            return;
        }
        remove(step, lane.name(), place(step.pool, lane.name(), tenant, turn));
        if (step.state.firstReady(step.pool, roundOf(lane.name())) != null) {
            return;
        }
        step.state.delete(new Key.OfLane(step.pool, lane.role(), lane.digest()));
        Long virtualTime = virtualTime(step, lane.role());
        if (virtualTime != null && isAtRest(step, lane.role())) {
            settle(step, lane.role(), Long.MAX_VALUE, ACCOUNTS_AT_REST);
        } else if (virtualTime != null) {
            settle(step, lane.role(), virtualTime, ACCOUNTS_PER_START);
        }
    }

    /** Whether nobody waits for a role: then nobody is owed anything. */
    private static boolean isAtRest(Step step, String role) {
        Key.OfReady first = step.state.firstReady(step.pool, roundOf(role));
        return step.state.lanes(step.pool, role).isEmpty()
                && (first == null
                        || (!step.state.hasSeveral(step.pool, roundOf(role))
                                && step.state.firstReady(step.pool, queueOf(role, first.taskId())) == null));
    }

    /** The task of a role's plain lane that is to be started next; null when none waits, or when this step {@linkplain #isSpent() is spent}. */
    private Key.@Nullable OfReady first(String role) {
        while (!isSpent()) {
            Key.OfReady turn = step.state.firstReady(step.pool, roundOf(role));
            if (turn == null) {
                return null;
            }
            Key.OfReady task = step.state.firstReady(step.pool, queueOf(role, turn.taskId()));
            if (task != null || !step.state.hasSeveral(step.pool, roundOf(role))) {
                return task;
            }
            remove(step, role, turn);
            left++;
        }
        return null;
    }

    /**
     * A task to be started next.
     *
     * @param lane its lane
     * @param task where it stands
     */
    record Next(Lane lane, Key.OfReady task) {}

    /**
     * The task to be started next, of some lanes of one role: the first in order of the tenant whose turn it is.
     *
     * @param lanes lanes that a worker could serve now
     * @return null when none waits, or when this step {@linkplain #isSpent() is spent}
     */
    @Nullable
    Next next(List<Lane> lanes) {
        if (lanes.size() == 1
                && lanes.get(0).isPlain()
                && virtualTime(step, lanes.get(0).role()) == null) {
            Key.OfReady first = first(lanes.get(0).role());
            return first == null ? null : new Next(lanes.get(0), first);
        }
        Key.OfReady turn = null;
        List<Lane> waiting = new ArrayList<>(lanes.size());
        for (Lane lane : lanes) {
            Key.OfReady head = turn(lane);
            if (head != null) {
                waiting.add(lane);
                turn = turn == null || isBefore(head, turn) ? head : turn;
            }
        }
        Next next = null;
        for (Lane lane : waiting) {
            Key.OfReady task =
                    turn == null ? null : step.state.firstReady(step.pool, queueOf(lane.name(), turn.taskId()));
            if (task != null && (next == null || isBefore(task, next.task()))) {
                next = new Next(lane, task);
            }
        }
        if (next == null && !isSpent() && isAtRest(step, lanes.get(0).role())) {
            settle(step, lanes.get(0).role(), Long.MAX_VALUE, ACCOUNTS_AT_REST);
        }
        return next;
    }

    /** Who is first in the round of a lane, of a role with several; null when nobody has a task there. */
    private Key.@Nullable OfReady turn(Lane lane) {
        String name = lane.name();
        while (!isSpent()) {
            Key.OfReady turn = step.state.firstReady(step.pool, roundOf(name));
            if (turn == null) {
                return null;
            }
            String tenant = turn.taskId();
            long earned = earnedTag(step, lane.role(), tenant);
            if (earned > turn.order()) {
                move(step, name, tenant, new TurnEntry(turn.order(), turn.arrival()), earned);
                left++;
                continue;
            }
            if (step.state.firstReady(step.pool, queueOf(name, tenant)) != null) {
                return turn;
            }
            remove(step, name, turn);
            left++;
            Long virtualTime = virtualTime(step, lane.role());
            if (virtualTime != null && turn.order() > virtualTime) {
                // It was away of the plain lane only, where its tag stood until now.
                move(
                        step,
                        Lane.accountsOf(lane.role()),
                        tenant,
                        turn(step, Lane.accountsOf(lane.role()), tenant),
                        turn.order());
            }
        }
        return null;
    }

    /** The first task of a lane, in the order of turns; null when none waits. */
    Key.@Nullable OfReady first(Lane lane) {
        Next next = next(List.of(lane));
        return next == null ? null : next.task();
    }

    static boolean isBefore(Key.OfReady one, Key.OfReady other) {
        return IN_ORDER.compare(one, other) < 0;
    }

    /** Whether so much was put right that the rest is another step's. */
    boolean isSpent() {
        return left >= LEAVES_PER_STEP || (left > 0 && !step.hasRoom());
    }
}
