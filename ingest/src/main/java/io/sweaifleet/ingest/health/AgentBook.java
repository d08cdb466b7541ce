package io.sweaifleet.ingest.health;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.worker.AgentStatus;
import io.sweaifleet.schemas.worker.Heartbeat;
import io.sweaifleet.schemas.worker.HeartbeatType;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what is told of agents: what core says of workers, heartbeats, and events of tasks, each in the order of its
 * partition. Knows an agent once it began an attempt, and the changes of its state: nobody writes them down, they are in
 * what is written anyway.
 */
public final class AgentBook {

    /** Without a heartbeat for so long, a worker that comes back has recovered. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final Map<String, Agent> agents = new TreeMap<>();
    private final Map<String, Agent> byTask = new HashMap<>();
    private final Map<String, Worker> workers = new TreeMap<>();
    private final List<AgentChange> changes = new ArrayList<>();

    /** One agent, so far. */
    private static final class Agent {
        private final String id;
        private final String role;
        private final String pool;
        private final String workerId;
        private final List<Duration> times = new ArrayList<>();
        private Instant since;
        private @Nullable String task;
        private int attempts;
        private int failed;

        Agent(TaskEvent first, String id, String workerId) {
            this.id = id;
            this.role = first.getRole();
            this.pool = first.getPool();
            this.workerId = workerId;
            this.since = first.getDecidedAt();
        }
    }

    /** One worker, so far. */
    private static final class Worker {
        private @Nullable AgentStatus status;
        private @Nullable Instant heard;
        private long incarnation;
        private boolean draining;
        private Map<String, RoleCapacity> roles = Map.of();
    }

    private Worker worker(String pool, String workerId) {
        return workers.computeIfAbsent(pool + "/" + workerId, any -> new Worker());
    }

    /** Takes what core says of a worker; the newest wins. */
    public void add(AgentStatus status) {
        worker(status.getPool(), status.getWorkerId()).status = status;
    }

    /** Takes a heartbeat. */
    public void add(Heartbeat heartbeat) {
        if (heartbeat.getType() == HeartbeatType.MARKER) {
            return;
        }
        Worker worker = worker(heartbeat.getPool(), heartbeat.getWorkerId());
        Instant at = heartbeat.getSentAt();
        Map<String, RoleCapacity> roles = new TreeMap<>();
        heartbeat.getRoles().forEach(role -> roles.put(role.getRole(), role));
        boolean first = worker.heard == null;
        boolean fresh = worker.incarnation != heartbeat.getIncarnation();
        boolean silent = !first && Duration.between(worker.heard, at).compareTo(SILENCE) > 0;
        for (RoleCapacity role : roles.values()) {
            RoleCapacity known = fresh ? null : worker.roles.get(role.getRole());
            int before = known == null ? 0 : known.getAgents();
            String who = role.getAgents() + " of role " + role.getRole();
            if (fresh && !first) {
                change(at, heartbeat, AgentChange.Kind.RECOVERED, who, "its worker has begun again");
            } else if (silent) {
                change(at, heartbeat, AgentChange.Kind.RECOVERED, who, "its worker is heard again");
            } else if (role.getAgents() > before && heartbeat.getType() != HeartbeatType.GOODBYE) {
                change(
                        at,
                        heartbeat,
                        AgentChange.Kind.CREATED,
                        (role.getAgents() - before) + " of role " + role.getRole(),
                        "version " + role.getRoleVersion());
            }
        }
        boolean drains = heartbeat.getType() == HeartbeatType.DRAINING;
        if (drains && !worker.draining) {
            change(at, heartbeat, AgentChange.Kind.DRAINING, "all agents", "");
        }
        if (heartbeat.getType() == HeartbeatType.GOODBYE) {
            change(at, heartbeat, AgentChange.Kind.OFFLINE, "all agents", "its worker has ended");
        }
        worker.heard = at;
        worker.incarnation = heartbeat.getIncarnation();
        worker.draining = drains;
        worker.roles = roles;
    }

    private void change(Instant at, Heartbeat heartbeat, AgentChange.Kind kind, String who, String why) {
        changes.add(new AgentChange(at, heartbeat.getPool(), heartbeat.getWorkerId(), who, kind, why));
    }

    /** Takes an event of a task. */
    public void add(TaskEvent event) {
        String task = event.getPool() + "/" + event.getTaskId();
        switch (event.getType()) {
            case TASK_STARTED -> {
                String id = event.getAgentId();
                String workerId = event.getWorkerId();
                if (id != null && workerId != null) {
                    Agent agent =
                            agents.computeIfAbsent(event.getPool() + "/" + id, any -> new Agent(event, id, workerId));
                    agent.since = event.getDecidedAt();
                    agent.task = event.getTaskId();
                    byTask.put(task, agent);
                    changed(event, agent, AgentChange.Kind.BUSY, "task " + event.getTaskId());
                }
            }
            case ATTEMPT_FAILED -> ended(event, task, !isTheTasks(event.getFailure()));
            case LEASE_EXPIRED -> ended(event, task, true);
            case TASK_ENDED -> ended(event, task, false);
            default -> {
                // Says nothing of an agent.
            }
        }
    }

    private void ended(TaskEvent event, String task, boolean failed) {
        Agent agent = byTask.remove(task);
        if (agent == null) {
            return;
        }
        agent.attempts++;
        agent.failed += failed ? 1 : 0;
        agent.times.add(Duration.between(agent.since, event.getDecidedAt()));
        agent.since = event.getDecidedAt();
        agent.task = null;
        changed(event, agent, AgentChange.Kind.READY, failed ? "failed at task " + event.getTaskId() : "");
    }

    private void changed(TaskEvent event, Agent agent, AgentChange.Kind kind, String why) {
        changes.add(new AgentChange(event.getDecidedAt(), agent.pool, agent.workerId, agent.id, kind, why));
    }

    /** What a permanent failure says is of the task: another agent would have failed, too. */
    private static boolean isTheTasks(@Nullable Failure failure) {
        return failure != null && failure.getFailureClass() == FailureClass.PERMANENT;
    }

    /** All agents that began an attempt, in the order of their ids. */
    public List<AgentHealth> agents() {
        Map<String, List<Duration>> byRole = new HashMap<>();
        agents.values().forEach(agent -> byRole.computeIfAbsent(agent.role, any -> new ArrayList<>())
                .addAll(agent.times));
        List<AgentHealth> all = new ArrayList<>();
        for (Agent agent : agents.values()) {
            Worker worker = worker(agent.pool, agent.workerId);
            Duration median = AgentHealth.median(agent.times);
            Duration usual = AgentHealth.median(byRole.getOrDefault(agent.role, List.of()));
            boolean slow = agent.times.size() >= AgentHealth.ENOUGH
                    && median != null
                    && usual != null
                    && median.compareTo(usual.multipliedBy(AgentHealth.SLOW)) > 0;
            RoleCapacity role = worker.roles.get(agent.role);
            AgentHealth.State state = state(agent, worker.status);
            all.add(new AgentHealth(
                    agent.id,
                    agent.role,
                    agent.pool,
                    agent.workerId,
                    role == null ? 0 : role.getRoleVersion(),
                    state,
                    state == AgentHealth.State.OFFLINE && worker.status != null
                            ? worker.status.getSince()
                            : agent.since,
                    state == AgentHealth.State.OFFLINE ? null : agent.task,
                    worker.heard,
                    agent.attempts,
                    agent.failed,
                    median,
                    slow));
        }
        return all;
    }

    private static AgentHealth.State state(Agent agent, @Nullable AgentStatus worker) {
        if (worker == null || worker.getState() == WorkerState.OFFLINE) {
            return AgentHealth.State.OFFLINE;
        }
        if (worker.getState() == WorkerState.DRAINING) {
            return AgentHealth.State.DRAINING;
        }
        return agent.task == null ? AgentHealth.State.READY : AgentHealth.State.BUSY;
    }

    /** Agents of workers that are online, by worker and role, that began no attempt. */
    public List<String> idle() {
        List<String> idle = new ArrayList<>();
        workers.forEach((key, worker) -> {
            AgentStatus status = worker.status;
            if (status == null || status.getState() == WorkerState.OFFLINE) {
                return;
            }
            for (RoleCapacity role : status.getRoles()) {
                long known = agents.values().stream()
                        .filter(agent ->
                                key.equals(agent.pool + "/" + agent.workerId) && agent.role.equals(role.getRole()))
                        .count();
                if (role.getAgents() > known) {
                    idle.add((role.getAgents() - known) + " of role " + role.getRole() + " at " + status.getWorkerId());
                }
            }
        });
        return idle;
    }

    /** What happened, in the order of time. */
    public List<AgentChange> changes() {
        return changes.stream()
                .sorted(Comparator.comparing(AgentChange::at).thenComparing(AgentChange::who))
                .toList();
    }
}
