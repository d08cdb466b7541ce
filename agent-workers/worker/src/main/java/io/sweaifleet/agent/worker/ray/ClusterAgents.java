package io.sweaifleet.agent.worker.ray;

import io.ray.api.ActorHandle;
import io.ray.api.ObjectRef;
import io.ray.api.Ray;
import io.ray.api.exception.RayActorException;
import io.ray.api.exception.RayException;
import io.ray.api.exception.RayTimeoutException;
import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.AttemptRunner;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.worker.protocol.AgentCall;
import io.sweaifleet.agent.worker.protocol.AgentDriver;
import io.sweaifleet.agent.worker.protocol.AgentHandle;
import io.sweaifleet.agent.worker.protocol.AgentLink;
import io.sweaifleet.schemas.common.ApprovalRequest;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.worker.ApprovalAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Agents on a Ray cluster. An agent's turn is a thread of this process, which has an actor run the attempt, passes on what it
 * reports, and returns when it has ended. Actors come back by themselves, on another node if need be; an attempt that was lost
 * with one has failed.
 */
public final class ClusterAgents implements AgentDriver, AttemptRunner {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterAgents.class);

    /** How long an actor holds a call that asks for reports while there are none, in ms. */
    private static final long WAIT_MS = 500;

    /** How long an actor may take to be made: a JVM's start, and some waiting for resources, in ms. */
    private static final int CREATE_TIMEOUT_MS = 60_000;

    /** Actors that are made side by side, each a JVM that starts. */
    private static final int AHEAD = 8;

    /** How often an actor that is being made anew is asked. */
    private static final long RESTART_POLL_NANOS = 200_000_000;

    private final RaySettings settings;
    private final Map<String, ClusterAgent> agents = new ConcurrentHashMap<>();
    private final Map<Resources, List<Host>> hosts = new HashMap<>();
    private @Nullable AgentLink link;

    /** @throws IllegalStateException when there is no cluster at the address */
    public ClusterAgents(RaySettings settings) {
        this.settings = settings;
        RayStart.onCluster(settings);
    }

    /** The driver of the worker whose link this is. To be called once, before anything else. */
    public AgentDriver servingTo(AgentLink worker) {
        this.link = worker;
        return this;
    }

    @Override
    public AgentHandle create(String agentId, Resources resources) {
        return create(agentId, resources, 0);
    }

    @Override
    public AgentHandle create(String agentId, Resources resources, int following) {
        ClusterAgent agent = new ClusterAgent(agentId, resources, host(resources, following));
        agents.put(agentId, agent);
        return agent;
    }

    /** A place at an actor that is there, for agents with these resources; blocks until it is. */
    private Host host(Resources resources, int following) {
        int places = settings.agentsPerActor();
        Host host = place(resources, following);
        try {
            if (!host.made) {
                long pid = host.process.get(CREATE_TIMEOUT_MS);
                host.made = true;
                LOG.info("made an actor for {} agents with {}, as process {}", places, resources, pid);
            }
            return host;
        } catch (RayTimeoutException e) {
            giveUp(resources, host);
            throw new IllegalStateException(
                    "the Ray cluster at " + settings.address() + " made no actor with " + resources + " for " + places
                            + " agents within " + CREATE_TIMEOUT_MS / 1000
                            + " s: start nodes with more (ray start --num-cpus …), or give the role fewer resources",
                    e);
        } catch (RayException e) {
            giveUp(resources, host);
            throw e;
        }
    }

    private Host place(Resources resources, int following) {
        int places = settings.agentsPerActor();
        synchronized (hosts) {
            List<Host> same = hosts.computeIfAbsent(resources, none -> new ArrayList<>());
            same.removeIf(host -> host.dead);
            int free = same.stream().mapToInt(host -> places - host.agents).sum();
            for (; free < Math.min(1 + following, AHEAD * places); free += places) {
                same.add(new Host(actor(resources)));
            }
            Host host = same.stream()
                    .filter(some -> some.agents < places)
                    .findFirst()
                    .orElseThrow();
            host.agents++;
            return host;
        }
    }

    /** Nor are those waited for that were begun for agents to follow. */
    private void giveUp(Resources resources, Host host) {
        synchronized (hosts) {
            host.kill();
            hosts.getOrDefault(resources, List.of()).stream()
                    .filter(other -> other.agents == 0)
                    .forEach(Host::kill);
        }
    }

    private ActorHandle<AttemptHost> actor(Resources resources) {
        int places = settings.agentsPerActor();
        return Ray.actor(AttemptHost::new, new HashMap<>(settings.agentSettings()))
                .setResource("CPU", resources.getCpu() * places)
                .setResource("memory", (double) resources.getMemoryBytes() * places)
                .setResource("GPU", resources.getGpu() * places)
                .setMaxRestarts(-1)
                // A call that asks for reports is held meanwhile; others must get past it.
                .setMaxConcurrency(2 * places + 2)
                .remote();
    }

    @Override
    public void retire(AgentHandle handle) {
        ClusterAgent agent = (ClusterAgent) handle;
        agents.remove(agent.id, agent);
        agent.turns.shutdown();
        synchronized (hosts) {
            agent.host.agents--;
            if (agent.host.agents == 0) {
                agent.host.kill();
            }
        }
    }

    @Override
    public void abandon(AgentHandle handle) {
        ClusterAgent agent = (ClusterAgent) handle;
        agents.remove(agent.id, agent);
        agent.turns.shutdown();
        LOG.warn("ending the actor of agent {}, with all that it runs", agent.id);
        agent.host.kill();
    }

    @Override
    public AttemptEnd run(Attempt attempt) {
        ClusterAgent agent = agents.get(attempt.agentId());
        if (agent == null) {
            throw new IllegalStateException("agent " + attempt.agentId() + " has no actor any more");
        }
        return agent.run(attempt);
    }

    @Override
    public void close() {
        agents.values().forEach(agent -> agent.turns.shutdownNow());
        synchronized (hosts) {
            hosts.values().forEach(same -> same.forEach(Host::kill));
            hosts.clear();
        }
        Ray.shutdown();
    }

    /** An actor, and how many agents share it. */
    private static final class Host {

        private final ActorHandle<AttemptHost> actor;
        private final ObjectRef<Long> process;
        private int agents;
        private volatile boolean made;
        private volatile boolean dead;

        Host(ActorHandle<AttemptHost> actor) {
            this.actor = actor;
            this.process = actor.task(AttemptHost::ready).remote();
        }

        void kill() {
            dead = true;
            actor.kill(true);
        }
    }

    private final class ClusterAgent implements AgentHandle {

        private final String id;
        private final Resources resources;
        private final ExecutorService turns;
        private volatile Host host;

        ClusterAgent(String id, Resources resources, Host host) {
            this.id = id;
            this.resources = resources;
            this.host = host;
            this.turns = Executors.newSingleThreadExecutor(turn -> {
                Thread thread = new Thread(turn, id);
                thread.setDaemon(true);
                return thread;
            });
        }

        @Override
        public void submit(AgentCall call) {
            AgentLink worker = Objects.requireNonNull(link, "nobody is served yet");
            turns.execute(() -> worker.run(call));
        }

        AttemptEnd run(Attempt attempt) {
            if (host.dead) {
                // It was ended because of a neighbour.
                host = host(resources, 0);
            }
            ActorHandle<AttemptHost> actor = host.actor;
            String lease = attempt.assignment().getLeaseId();
            try {
                start(actor, RemoteAttempt.of(attempt).encode(), attempt.cancellation());
                Cancellation cancellation = attempt.cancellation();
                try (Cancellation.Registration ignored =
                        cancellation.onCancel(() -> cancel(actor, lease, String.valueOf(cancellation.reason())))) {
                    return follow(attempt, actor, lease);
                }
            } catch (RayException e) {
                throw new AgentLostException("its actor was lost: " + firstLine(e), e);
            }
        }

        /** Has the actor begin. While it is being made anew it is waited for: nothing is lost by that yet. */
        private void start(ActorHandle<AttemptHost> actor, byte[] attempt, Cancellation cancellation) {
            long giveUpAt = System.nanoTime() + CREATE_TIMEOUT_MS * 1_000_000L;
            while (true) {
                cancellation.check();
                try {
                    get(actor.task(AttemptHost::start, attempt).remote());
                    return;
                } catch (RayActorException e) {
                    if (host.dead || System.nanoTime() > giveUpAt) {
                        throw e;
                    }
                    LockSupport.parkNanos(RESTART_POLL_NANOS);
                }
            }
        }

        private AttemptEnd follow(Attempt attempt, ActorHandle<AttemptHost> actor, String lease) {
            List<Thread> asking = new ArrayList<>();
            try {
                while (true) {
                    Duration runFor = attempt.cancellation().freeze().left();
                    Batch batch = Batch.decode(get(actor.task(AttemptHost::poll, lease, runFor.toMillis(), WAIT_MS)
                            .remote()));
                    if (!batch.known()) {
                        throw new AgentLostException("its actor was lost, and began again without it", null);
                    }
                    for (Batch.Report report : batch.reports()) {
                        if (report instanceof Batch.Asking asked) {
                            asking.add(ask(asked.request(), attempt, actor, lease));
                        } else {
                            pass(report, attempt.reporter());
                        }
                    }
                    AttemptEnd end = batch.end();
                    if (end != null) {
                        return end;
                    }
                }
            } finally {
                asking.forEach(Thread::interrupt);
            }
        }

        /** Asks in a thread of its own, as the attempt has to be followed meanwhile, and brings the answer to the actor. */
        private Thread ask(ApprovalRequest request, Attempt attempt, ActorHandle<AttemptHost> actor, String lease) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            ApprovalAnswer answer = attempt.reporter().ask(request, attempt.cancellation());
                            actor.task(AttemptHost::answer, lease, Records.bytes(answer))
                                    .remote();
                        } catch (InterruptedException | Cancellation.CancelledException ended) {
                            LOG.debug("nobody waits any more for an answer to {}", request.getRequestId());
                        }
                    },
                    id + " asks");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        private void pass(Batch.Report report, AttemptReporter reporter) {
            if (report instanceof Batch.Progress progress) {
                reporter.progress(progress.step());
            } else if (report instanceof Batch.Used used) {
                reporter.used(used.usage());
            } else if (report instanceof Batch.Audit audit) {
                reporter.audit(AuditEvent.newBuilder(audit.event()));
            } else if (report instanceof Batch.Stated stated) {
                reporter.fact(stated.fact());
            }
        }
    }

    private static void cancel(ActorHandle<AttemptHost> actor, String lease, String reason) {
        ObjectRef<byte[]> told = actor.task(AttemptHost::cancel, lease, reason).remote();
        LOG.debug("told the actor of lease {} to stop it: {}", lease, told);
    }

    private static <T> T get(ObjectRef<T> returned) {
        return returned.get();
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
    }

    /** The process that ran an attempt is gone. */
    private static final class AgentLostException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AgentLostException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage());
        }
    }
}
