package io.sweaifleet.agent.worker.ray;

import io.ray.api.ActorHandle;
import io.ray.api.ObjectRef;
import io.ray.api.Ray;
import io.ray.runtime.task.PerThreadTaskExecutor;
import io.sweaifleet.agent.worker.protocol.AgentCall;
import io.sweaifleet.agent.worker.protocol.AgentDriver;
import io.sweaifleet.agent.worker.protocol.AgentHandle;
import io.sweaifleet.agent.worker.protocol.AgentLink;
import io.sweaifleet.schemas.role.Resources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Agents as Ray actors in local mode: one thread and one queue per actor. Ray's local object store keeps every returned
 * object until it is freed, so a collector follows each actor's calls in order, frees what they returned, and notices a
 * call that Ray itself lost.
 */
public final class RayAgents implements AgentDriver {

    /** Version of Ray that this class is written for; its Python side on a cluster must be the same. */
    public static final String VERSION = "2.39.0";

    private static final Logger LOG = LoggerFactory.getLogger(RayAgents.class);

    /** How often finished calls are collected; nothing waits for it but memory. */
    private static final long COLLECT_NANOS = 20_000_000;

    private final AgentLink link;
    private final String linkName;
    private final Set<RayAgent> agents = ConcurrentHashMap.newKeySet();
    /** Actors taken back: local mode cannot end one, so the next agent gets it. */
    private final Deque<RayAgent> spare = new ArrayDeque<>();

    private final Thread collector;
    private volatile boolean closed;

    public RayAgents(AgentLink link, RaySettings settings) {
        this.link = link;
        this.linkName = AgentLinks.register(link);
        if (!Ray.isInitialized()) {
            RayStart.local(settings);
            separateActors();
        }
        this.collector = new Thread(this::collect, "ray-collector");
        collector.setDaemon(true);
        collector.start();
    }

    private static void separateActors() {
        try {
            PerThreadTaskExecutor.install(Ray.internal());
        } catch (ReflectiveOperationException | ClassCastException e) {
            LOG.warn(
                    "this Ray is built differently, so calls that it loses while an actor is made are submitted again: {}",
                    e.toString());
        }
    }

    // One at a time: Ray's local mode may mix up actors that are made at once.
    @Override
    public synchronized AgentHandle create(String agentId, Resources resources) {
        RayAgent reused = spare.pollFirst();
        if (reused != null) {
            agents.add(reused);
            return reused;
        }
        ActorHandle<AgentActor> actor = Ray.actor(AgentActor::new, linkName)
                .setResource("CPU", resources.getCpu())
                .setResource("memory", (double) resources.getMemoryBytes())
                .setResource("GPU", resources.getGpu())
                .setMaxRestarts(-1)
                .remote();
        ObjectRef<byte[]> ready = actor.task(AgentActor::ready).remote();
        try {
            ready.get();
        } finally {
            Ray.internal().free(List.of(ready), false);
        }
        RayAgent agent = new RayAgent(actor);
        agents.add(agent);
        return agent;
    }

    @Override
    public synchronized void retire(AgentHandle handle) {
        RayAgent agent = (RayAgent) handle;
        agents.remove(agent);
        if (agent.calls.isEmpty()) {
            spare.addLast(agent);
        }
    }

    @Override
    public void abandon(AgentHandle handle) {
        // Its thread cannot be ended; whatever it still has queued finds its ticket outdated. The collector keeps
        // following it, so that it becomes collectable when it returns after all.
        LOG.debug("left an actor to itself: {}", handle);
    }

    private void collect() {
        List<ObjectRef<?>> done = new ArrayList<>();
        while (!closed) {
            for (RayAgent agent : agents) {
                agent.collect(done);
            }
            if (!done.isEmpty()) {
                Ray.internal().free(done, false);
                done.clear();
            }
            LockSupport.parkNanos(COLLECT_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        AgentLinks.remove(linkName);
        try {
            collector.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Number of calls whose returned object is not freed yet, for tests. */
    int uncollected() {
        return agents.stream().mapToInt(agent -> agent.calls.size()).sum();
    }

    private record Pending(AgentCall call, ObjectRef<byte[]> returned) {}

    private final class RayAgent implements AgentHandle {

        private final ActorHandle<AgentActor> actor;
        private final Queue<Pending> calls = new ConcurrentLinkedQueue<>();

        RayAgent(ActorHandle<AgentActor> actor) {
            this.actor = actor;
        }

        @Override
        public void submit(AgentCall call) {
            // The order of calls and of the actor's queue must be the same, since only the head is looked at.
            synchronized (calls) {
                calls.add(new Pending(
                        call, actor.task(AgentActor::run, call.encode()).remote()));
            }
        }

        private void collect(List<ObjectRef<?>> done) {
            for (Pending head = calls.peek(); head != null && isDone(head.returned); head = calls.peek()) {
                calls.remove();
                Throwable failure = failure(head.returned);
                done.add(head.returned);
                if (failure != null) {
                    link.lost(head.call, failure);
                }
            }
        }

        private boolean isDone(ObjectRef<byte[]> returned) {
            return !Ray.wait(List.of(returned), 1, 0).getReady().isEmpty();
        }

        private @Nullable Throwable failure(ObjectRef<byte[]> returned) {
            try {
                returned.get();
                return null;
            } catch (RuntimeException e) {
                return e;
            }
        }
    }
}
