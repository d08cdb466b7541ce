package io.sweaifleet.topology.core;

import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.topology.core.domain.Counters;
import io.sweaifleet.topology.core.domain.DamagedEntryException;
import io.sweaifleet.topology.core.domain.DefinitionEntry;
import io.sweaifleet.topology.core.domain.EarlyControl;
import io.sweaifleet.topology.core.domain.Holders;
import io.sweaifleet.topology.core.domain.Key;
import io.sweaifleet.topology.core.domain.LeaseEntry;
import io.sweaifleet.topology.core.domain.Mailbox;
import io.sweaifleet.topology.core.domain.MeterEntry;
import io.sweaifleet.topology.core.domain.PoolEntry;
import io.sweaifleet.topology.core.domain.Quiet;
import io.sweaifleet.topology.core.domain.RateEntry;
import io.sweaifleet.topology.core.domain.RateLimit;
import io.sweaifleet.topology.core.domain.RepositoriesEntry;
import io.sweaifleet.topology.core.domain.Requirements;
import io.sweaifleet.topology.core.domain.Resources;
import io.sweaifleet.topology.core.domain.RoleEntry;
import io.sweaifleet.topology.core.domain.RunEntry;
import io.sweaifleet.topology.core.domain.ScheduleEntry;
import io.sweaifleet.topology.core.domain.SweepEntry;
import io.sweaifleet.topology.core.domain.TakenControl;
import io.sweaifleet.topology.core.domain.TaskEntry;
import io.sweaifleet.topology.core.domain.TenantRules;
import io.sweaifleet.topology.core.domain.TimerKind;
import io.sweaifleet.topology.core.domain.TurnEntry;
import io.sweaifleet.topology.core.domain.WorkerEntry;
import io.sweaifleet.topology.core.domain.WorkflowEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The layout of core's one store. Every key begins with the pool (closed by a zero byte) and a letter; every value begins
 * with a version byte. Numbers in keys are eight bytes whose unsigned order is the numbers' order; texts that are not
 * last are closed by a zero byte.
 *
 * <table>
 * <caption>Keys and values</caption>
 * <tr><th>Key after the pool</th><th>Value</th><th>Read by</th></tr>
 * <tr><td>{@code al}, role, digest</td><td>what the tasks of a lane require</td><td>scan of {@code al}, once</td></tr>
 * <tr><td>{@code ar}, worker id</td><td>repositories that it has lately worked on</td><td>scan of {@code ar}, once</td></tr>
 * <tr><td>{@code av}, role</td><td>its virtual time, while it has lanes or accounts</td><td>scan of {@code av}, once</td></tr>
 * <tr><td>{@code b}, tenant</td><td>number of its tasks that have not ended</td><td>get</td></tr>
 * <tr><td>{@code c}</td><td>counters: last event, last lease</td><td>get</td></tr>
 * <tr><td>{@code d}</td><td>definition of the pool</td><td>get</td></tr>
 * <tr><td>{@code e}, workflow id, task id (one of them empty)</td><td>control request kept for later</td><td>scan of {@code e}, once</td></tr>
 * <tr><td>{@code f}, workflow id</td><td>ledger: workflow, live or ended</td><td>get</td></tr>
 * <tr><td>{@code i}, "m", workflow id, task id (one of them empty)</td><td>answers and signals that nothing waits for yet</td><td>get</td></tr>
 * <tr><td>{@code i}, "r", workflow id</td><td>run of a definition that has not ended</td><td>get</td></tr>
 * <tr><td>{@code h}, concurrency key</td><td>tasks that run with it</td><td>get</td></tr>
 * <tr><td>{@code j}, schedule id</td><td>schedule, and where it stands</td><td>get; scan of {@code j} by queries</td></tr>
 * <tr><td>{@code k}, task id</td><td>ledger: task, live or ended</td><td>get</td></tr>
 * <tr><td>{@code l}, worker id, lease id</td><td>lease</td><td>scan of a worker's, once</td></tr>
 * <tr><td>{@code m}, topic id, partition</td><td>highest offset taken from there</td><td>get</td></tr>
 * <tr><td>{@code n}</td><td>decisions that no event has told of yet</td><td>get</td></tr>
 * <tr><td>{@code q}, lane and "/" and tenant, or gate; order, arrival, task id</td><td>workflow id</td><td>scan of a queue, onwards</td></tr>
 * <tr><td>{@code q}, lane and "/"; tag, event, tenant</td><td>tenant</td><td>scan of a queue, onwards</td></tr>
 * <tr><td>{@code s}, control id</td><td>that it was taken, and what it was about</td><td>get</td></tr>
 * <tr><td>{@code t}, due time, kind, id</td><td>nothing: the key is the timer</td><td>scan up to now</td></tr>
 * <tr><td>{@code u}, lane, tenant</td><td>the tenant's place in the lane's round</td><td>get</td></tr>
 * <tr><td>{@code v2}</td><td>how far the sweeper has come</td><td>get</td></tr>
 * <tr><td>{@code w}, worker id</td><td>worker</td><td>scan of {@code w}, once</td></tr>
 * <tr><td>{@code x}, gate</td><td>pause: who asked for it, and why</td><td>scan of {@code x}, once</td></tr>
 * <tr><td>{@code y}, rate key</td><td>bucket</td><td>get</td></tr>
 * <tr><td>{@code z}, what a budget is of</td><td>what was used of it</td><td>get</td></tr>
 * </table>
 *
 * <p>What all pools of the partition share has the empty pool: {@code o} (next offsets of core's inputs), {@code p} and a
 * pool (which pools there are), {@code r} and a role (its definition), {@code m} (marks of definitions), {@code v} (version of the keys),
 * {@code g} and a workflow's definition (which versions there are), {@code g}, name and version (that version of it).
 *
 * <p>A scan ends with the key that is the next letter alone: what is found by its letter alone must not follow one that is scanned.
 *
 * <p>A change of this layout or of {@link Values} needs a new version byte and code that reads the old one. Version 2 added to a
 * task's submission when it may start, its concurrency key and limit. Version 3 added to a pool the rules of its
 * tenants; it keeps a queue for each role and tenant where there was one for each role, and counts backlogs ({@link Upgrade}).
 * Version 4 added to a pool its rates, and to a task's submission its rate key, deadlines and retries by class of failure.
 * Version 5 added schedules and the sweeper; to a task's submission what it requires of a worker, to a worker its capabilities and resources,
 * to a lease what it takes of these, budgets to tasks, workflows and tenants, and the entries of {@code a} and {@code z}. A role's
 * name is that of its plain lane, so queues are where they were. To a worker the last heartbeat that core read of it, and when it was
 * told something last; and to a lease for how long its attempt was frozen. Definitions and their runs: to
 * a task its position in a run, to an ended one what expressions read of it, to a workflow what it is a run of; and the phases of
 * tasks that core does itself. Version 6 added to a running task what its agent asks and nobody has answered.
 */
final class Layout {

    static final String STORE = "pool-state-by-key";

    static final int VERSION = 6;

    /** About as long as keys are. */
    private static final int KEY_BYTES = 96;

    private Layout() {}

    static byte[] key(Key<?> key) {
        Packer out = new Packer(KEY_BYTES).keyText(key.pool());
        if (key instanceof Key.OfTask task) {
            out.raw('k').lastKeyText(task.taskId());
        } else if (key instanceof Key.OfWorkflow workflow) {
            out.raw('f').lastKeyText(workflow.workflowId());
        } else if (key instanceof Key.OfReady ready) {
            out.raw('q')
                    .keyText(ready.queue())
                    .ordered(ready.order())
                    .ordered(ready.arrival())
                    .lastKeyText(ready.taskId());
        } else if (key instanceof Key.OfTimer timer) {
            out.raw('t').ordered(timer.dueAt()).raw(timer.kind().ordinal()).lastKeyText(timer.id());
        } else if (key instanceof Key.OfLease lease) {
            out.raw('l').keyText(lease.workerId()).lastKeyText(lease.leaseId());
        } else if (key instanceof Key.OfWorker worker) {
            out.raw('w').lastKeyText(worker.workerId());
        } else if (key instanceof Key.OfCounters) {
            out.raw('c');
        } else if (key instanceof Key.OfPool) {
            out.raw('d');
        } else if (key instanceof Key.OfQuiet) {
            out.raw('n');
        } else if (key instanceof Key.OfRole role) {
            out.raw('r').lastKeyText(role.role());
        } else if (key instanceof Key.OfMark mark) {
            out.raw('m').keyText(mark.topicId()).ordered(mark.partition());
        } else if (key instanceof Key.OfControl control) {
            out.raw('s').lastKeyText(control.controlId());
        } else if (key instanceof Key.OfEarlyControl early) {
            out.raw('e').keyText(early.workflowId()).lastKeyText(early.taskId());
        } else if (key instanceof Key.OfPause pause) {
            out.raw('x').lastKeyText(pause.gate());
        } else if (key instanceof Key.OfHolders holders) {
            out.raw('h').lastKeyText(holders.concurrencyKey());
        } else if (key instanceof Key.OfTurn turn) {
            out.raw('u').keyText(turn.lane()).lastKeyText(turn.tenant());
        } else if (key instanceof Key.OfLane lane) {
            out.raw('a').raw('l').keyText(lane.role()).lastKeyText(lane.digest());
        } else if (key instanceof Key.OfVirtualTime time) {
            out.raw('a').raw('v').lastKeyText(time.role());
        } else if (key instanceof Key.OfRepositories of) {
            out.raw('a').raw('r').lastKeyText(of.workerId());
        } else if (key instanceof Key.OfMeter meter) {
            out.raw('z').lastKeyText(meter.scope());
        } else if (key instanceof Key.OfBacklog backlog) {
            out.raw('b').lastKeyText(backlog.tenant());
        } else if (key instanceof Key.OfSweep) {
            out.raw('v').raw('2');
        } else if (key instanceof Key.OfSchedule schedule) {
            out.raw('j').lastKeyText(schedule.scheduleId());
        } else if (key instanceof Key.OfDefinition definition) {
            out.raw('g').keyText(definition.name());
        } else if (key instanceof Key.OfDefinitionVersion definition) {
            out.raw('g').keyText(definition.name()).ordered(definition.version());
        } else if (key instanceof Key.OfRun run) {
            out.raw('i').raw('r').lastKeyText(run.workflowId());
        } else if (key instanceof Key.OfMailbox box) {
            out.raw('i').raw('m').keyText(box.workflowId()).lastKeyText(box.taskId());
        } else if (key instanceof Key.OfRate rate) {
            out.raw('y').lastKeyText(rate.rateKey());
        }
        return out.toBytes();
    }

    /** Beginning of the keys of one letter. */
    static byte[] prefix(String pool, char letter) {
        return new Packer().keyText(pool).raw(letter).toBytes();
    }

    /** Beginning of the keys of a queue, or of a worker's leases. */
    static byte[] prefix(String pool, char letter, String owner) {
        return new Packer().keyText(pool).raw(letter).keyText(owner).toBytes();
    }

    /** First key that a timer due at this moment may have. */
    static byte[] timersFrom(String pool, long dueAt) {
        return new Packer().keyText(pool).raw('t').ordered(dueAt).toBytes();
    }

    /** Beginning of the keys of lanes. */
    static byte[] lanes(String pool) {
        return new Packer().keyText(pool).raw('a').raw('l').toBytes();
    }

    /** Beginning of the keys of virtual times. */
    static byte[] virtualTimes(String pool) {
        return new Packer().keyText(pool).raw('a').raw('v').toBytes();
    }

    /** Beginning of the keys of what workers have worked on. */
    static byte[] repositories(String pool) {
        return new Packer().keyText(pool).raw('a').raw('r').toBytes();
    }

    static byte[] offsetsKey() {
        return prefix(Key.SHARED, 'o');
    }

    static byte[] poolNameKey(String pool) {
        return new Packer().keyText(Key.SHARED).raw('p').lastKeyText(pool).toBytes();
    }

    /** Where the version of the keys stands. */
    static byte[] versionKey() {
        return prefix(Key.SHARED, 'v');
    }

    /** The pool of a key; empty for what all pools of the partition share. */
    static String poolIn(byte[] key) {
        return new Unpacker(key).keyText();
    }

    /** The text after pool and letter. */
    static String nameIn(byte[] key) {
        Unpacker in = new Unpacker(key);
        in.keyText();
        in.raw();
        return in.lastKeyText();
    }

    /** The text after pool and the two letters of what is about matching. */
    static String matchingName(byte[] key) {
        Unpacker in = new Unpacker(key);
        in.keyText();
        in.raw();
        in.raw();
        return in.lastKeyText();
    }

    static Key.OfLane laneKey(byte[] key) {
        Unpacker in = new Unpacker(key);
        String pool = in.keyText();
        in.raw();
        in.raw();
        return new Key.OfLane(pool, in.keyText(), in.lastKeyText());
    }

    static Key.OfReady readyKey(byte[] key) {
        Unpacker in = new Unpacker(key);
        String pool = in.keyText();
        in.raw();
        return new Key.OfReady(pool, in.keyText(), in.ordered(), in.ordered(), in.lastKeyText());
    }

    static Key.OfTimer timerKey(byte[] key) {
        Unpacker in = new Unpacker(key);
        String pool = in.keyText();
        in.raw();
        return new Key.OfTimer(pool, in.ordered(), TimerKind.values()[in.raw()], in.lastKeyText());
    }

    static Key.OfLease leaseKey(byte[] key) {
        Unpacker in = new Unpacker(key);
        String pool = in.keyText();
        in.raw();
        return new Key.OfLease(pool, in.keyText(), in.lastKeyText());
    }

    static Key.OfEarlyControl earlyControlKey(byte[] key) {
        Unpacker in = new Unpacker(key);
        String pool = in.keyText();
        in.raw();
        return new Key.OfEarlyControl(pool, in.keyText(), in.lastKeyText());
    }

    static byte[] value(Object value) {
        Packer out = new Packer().raw(VERSION);
        if (value instanceof TaskEntry task) {
            Values.task(out, task);
        } else if (value instanceof WorkflowEntry workflow) {
            Values.workflow(out, workflow);
        } else if (value instanceof WorkerEntry worker) {
            Values.worker(out, worker);
        } else if (value instanceof LeaseEntry lease) {
            out.text(lease.workerId())
                    .text(lease.leaseId())
                    .text(lease.taskId())
                    .text(lease.role())
                    .number(lease.command())
                    .number(lease.assignedAt());
            Values.resources(out, lease.resources());
            out.number(lease.frozenMs());
        } else if (value instanceof MeterEntry meter) {
            Values.meter(out, meter);
        } else if (value instanceof Requirements required) {
            Values.requirements(out, required);
        } else if (value instanceof RepositoriesEntry repositories) {
            out.list(repositories.names(), out::text);
        } else if (value instanceof Counters counters) {
            out.number(counters.events()).number(counters.leases());
        } else if (value instanceof PoolEntry pool) {
            out.number(pool.version())
                    .flag(pool.closed())
                    .number(pool.leaseMs())
                    .number(pool.leaseGraceMs())
                    .number(pool.agingHalfTimeMs())
                    .number(pool.unknownRoleGraceMs())
                    .number(pool.dedupeRetentionMs())
                    .list(
                            pool.tenants().entrySet(),
                            tenant -> tenantRules(out.text(tenant.getKey()), tenant.getValue()));
            tenantRules(out, pool.otherTenants());
            out.list(pool.rates().entrySet(), rate -> out.text(rate.getKey())
                    .number(rate.getValue().permits())
                    .number(rate.getValue().intervalMs())
                    .number(rate.getValue().burst()));
        } else if (value instanceof RoleEntry role) {
            out.number(role.version()).number(role.attemptTimeoutMs()).number(role.slotsPerAgent());
        } else if (value instanceof EarlyControl control) {
            out.text(control.controlId()).text(control.reason()).text(control.requestedBy());
        } else if (value instanceof Quiet quiet) {
            Values.quiet(out, quiet);
        } else if (value instanceof Holders holders) {
            out.list(holders.taskIds(), out::text);
        } else if (value instanceof TakenControl control) {
            out.text(control.workflowId()).text(control.taskId());
        } else if (value instanceof TurnEntry turn) {
            out.number(turn.tag()).number(turn.since());
        } else if (value instanceof RateEntry rate) {
            out.number(rate.tat()).number(rate.timerAt());
        } else if (value instanceof SweepEntry sweep) {
            out.text(sweep.cursor())
                    .number(sweep.timerAt())
                    .number(sweep.rounds())
                    .number(sweep.lastRoundAt())
                    .number(sweep.looked())
                    .number(sweep.lastLooked())
                    .number(sweep.repaired())
                    .number(sweep.reported());
        } else if (value instanceof ScheduleEntry schedule) {
            Values.schedule(out, schedule);
        } else if (value instanceof RunEntry run) {
            RunValues.run(out, run);
        } else if (value instanceof WorkflowDefinition definition) {
            RunValues.definition(out, definition);
        } else if (value instanceof DefinitionEntry definition) {
            out.number(definition.latest()).flag(definition.removed());
        } else if (value instanceof Mailbox mailbox) {
            RunValues.mailbox(out, mailbox);
        } else if (value instanceof String text) {
            out.text(text);
        } else if (value instanceof Long number) {
            out.number(number);
        } else if (!(value instanceof Boolean)) {
            throw new IllegalArgumentException("No layout for values of " + value.getClass());
        }
        return out.toBytes();
    }

    /**
     * Reads the value of a key.
     *
     * @throws DamagedEntryException when the bytes are not such a value
     */
    static <V> V value(Key<V> key, byte[] bytes) {
        try {
            Unpacker in = new Unpacker(bytes);
            in.readVersion(VERSION);
            @SuppressWarnings("unchecked") // the key's kind decides the type of its value
            V value = (V) read(key, in);
            return value;
        } catch (RuntimeException e) {
            throw new DamagedEntryException(key, e);
        }
    }

    private static Object read(Key<?> key, Unpacker in) {
        if (key instanceof Key.OfTask) {
            return Values.task(in);
        } else if (key instanceof Key.OfWorkflow) {
            return Values.workflow(in);
        } else if (key instanceof Key.OfWorker) {
            return Values.worker(in);
        } else if (key instanceof Key.OfLease) {
            return new LeaseEntry(
                    in.text(),
                    in.text(),
                    in.text(),
                    in.text(),
                    in.number(),
                    in.number(),
                    in.version() < 5 ? Resources.NONE : Values.resources(in),
                    in.version() < 5 ? 0 : in.number());
        } else if (key instanceof Key.OfMeter) {
            return Values.meter(in);
        } else if (key instanceof Key.OfLane) {
            return Values.requirements(in);
        } else if (key instanceof Key.OfRepositories) {
            return new RepositoriesEntry(in.list(in::text));
        } else if (key instanceof Key.OfCounters) {
            return new Counters(in.number(), in.number());
        } else if (key instanceof Key.OfPool) {
            return new PoolEntry(
                    in.small(),
                    in.flag(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.version() < 3 ? Map.of() : Values.byName(in.list(() -> Map.entry(in.text(), tenantRules(in)))),
                    in.version() < 3 ? TenantRules.NONE : tenantRules(in),
                    in.version() < 4 ? Map.of() : Values.byName(in.list(() -> Map.entry(in.text(), rateLimit(in)))));
        } else if (key instanceof Key.OfRole) {
            return new RoleEntry(in.small(), in.number(), in.small());
        } else if (key instanceof Key.OfQuiet) {
            return Values.quiet(in);
        } else if (key instanceof Key.OfHolders) {
            return new Holders(in.list(in::text));
        } else if (key instanceof Key.OfEarlyControl || key instanceof Key.OfPause) {
            return new EarlyControl(in.text(), in.text(), in.text());
        } else if (key instanceof Key.OfControl) {
            return new TakenControl(in.text(), in.text());
        } else if (key instanceof Key.OfReady) {
            return in.text();
        } else if (key instanceof Key.OfTurn) {
            return new TurnEntry(in.number(), in.number());
        } else if (key instanceof Key.OfRun) {
            return RunValues.run(in);
        } else if (key instanceof Key.OfDefinitionVersion) {
            return RunValues.definition(in);
        } else if (key instanceof Key.OfDefinition) {
            return new DefinitionEntry(in.small(), in.flag());
        } else if (key instanceof Key.OfMailbox) {
            return RunValues.mailbox(in);
        } else if (key instanceof Key.OfRate) {
            return new RateEntry(in.number(), in.number());
        } else if (key instanceof Key.OfSweep) {
            return new SweepEntry(
                    in.text(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.number(),
                    in.number());
        } else if (key instanceof Key.OfSchedule) {
            return Values.schedule(in);
        } else if (key instanceof Key.OfMark || key instanceof Key.OfBacklog || key instanceof Key.OfVirtualTime) {
            return in.number();
        }
        return Boolean.TRUE;
    }

    private static void tenantRules(Packer out, TenantRules rules) {
        out.number(rules.weight()).maybe(rules.maxBacklog(), out::number);
        Values.budget(out, rules.budget());
        out.number(rules.budgetWindowMs());
    }

    private static RateLimit rateLimit(Unpacker in) {
        return new RateLimit(in.small(), in.number(), in.small());
    }

    private static TenantRules tenantRules(Unpacker in) {
        return new TenantRules(
                in.small(),
                in.maybe(in::number),
                in.version() < 5 ? null : Values.budget(in),
                in.version() < 5 ? TenantRules.DAY_MS : in.number());
    }

    static byte[] offsets(Map<String, Long> nextByTopic) {
        Packer out = new Packer().raw(VERSION).number(nextByTopic.size());
        nextByTopic.forEach((topic, next) -> out.text(topic).number(next));
        return out.toBytes();
    }

    static Map<String, Long> offsets(byte[] bytes) {
        Unpacker in = new Unpacker(bytes);
        in.raw();
        int count = in.small();
        Map<String, Long> nextByTopic = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            nextByTopic.put(in.text(), in.number());
        }
        return nextByTopic;
    }
}
