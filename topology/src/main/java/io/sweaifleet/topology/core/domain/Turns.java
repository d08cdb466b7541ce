package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is: tenants share the starts of a role in proportion to their weights.
 *
 * <p>Each tenant has a queue for each role, and the role has a round: a queue of tenants in the order of their tags. The first
 * task of the first tenant is the next. This is start-time fair queueing (P. Goyal, H. M. Vin, H. Cheng: Start-time Fair
 * Queueing, a Scheduling Algorithm for Integrated Services Packet Switching Networks, SIGCOMM 1996) with the start of an
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
 */
public final class Turns {

    /** Virtual time of one start at weight 1: large, so that dividing it by a weight loses nothing that counts. */
    static final long UNIT = 1L << 24;

    /** Idle tenants that one step removes from the rounds; the rest follows in further steps. */
    static final int LEAVES_PER_STEP = 200;

    private static final String SLASH = "/";

    private final Step step;
    private int left;

    Turns(Step step) {
        this.step = step;
    }

    /** Name of a tenant's queue for a role: neither a role's name, which has no slash, nor a gate's. */
    public static String queueOf(String role, String tenant) {
        return role + SLASH + tenant;
    }

    /** Name of the queue of tenants of a role. */
    public static String roundOf(String role) {
        return role + SLASH;
    }

    /** Whether a queue is of tenants, and not of tasks. */
    public static boolean isRound(String queue) {
        return queue.endsWith(SLASH);
    }

    /** Place of a tenant in the round of a role. */
    public static Key.OfReady place(String pool, String role, String tenant, TurnEntry turn) {
        return new Key.OfReady(pool, roundOf(role), turn.tag(), turn.since(), tenant);
    }

    /** A task of the tenant is queued for the role. */
    static void join(Step step, String role, String tenant) {
        if (step.state.get(new Key.OfTurn(step.pool, role, tenant)) == null) {
            Key.OfReady first = step.state.firstReady(step.pool, roundOf(role));
            put(step, role, tenant, first == null ? 0 : first.order());
        }
    }

    /** A task of the tenant is started. */
    static void pay(Step step, String role, String tenant) {
        TurnEntry turn = step.state.get(new Key.OfTurn(step.pool, role, tenant));
        if (turn != null && step.state.hasSeveral(step.pool, roundOf(role))) {
            step.state.delete(place(step.pool, role, tenant, turn));
            put(
                    step,
                    role,
                    tenant,
                    turn.tag() + UNIT / step.rules.rulesOf(tenant).weight());
        }
    }

    private static void put(Step step, String role, String tenant, long tag) {
        TurnEntry turn = new TurnEntry(tag, step.lastEvent());
        step.state.put(new Key.OfTurn(step.pool, role, tenant), turn);
        step.state.put(place(step.pool, role, tenant, turn), tenant);
    }

    /** The task of a role that is to be started next; null when none waits, or when this step {@linkplain #isSpent() is spent}. */
    Key.@Nullable OfReady first(String role) {
        while (!isSpent()) {
            Key.OfReady turn = step.state.firstReady(step.pool, roundOf(role));
            if (turn == null) {
                return null;
            }
            Key.OfReady task = step.state.firstReady(step.pool, queueOf(role, turn.taskId()));
            if (task != null || !step.state.hasSeveral(step.pool, roundOf(role))) {
                return task;
            }
            step.state.delete(turn);
            step.state.delete(new Key.OfTurn(step.pool, role, turn.taskId()));
            left++;
        }
        return null;
    }

    /** Whether so many idle tenants left that the rest is another step's. */
    boolean isSpent() {
        return left >= LEAVES_PER_STEP;
    }
}
