package io.sweaifleet.agent.worker.protocol;

import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.RoleCapacity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The agents of a worker, by role. Guarded by the worker's lock. */
final class Crew {

    private final Map<String, Team> teams = new TreeMap<>();
    /** Agents no longer wanted that still work. */
    private final Set<Agent> retiring = new HashSet<>();

    /** The agents of one role. */
    private static final class Team {
        RoleDefinition definition;
        final List<Agent> agents = new ArrayList<>();
        /** Agents that were ever made, which numbers them. */
        int made;

        Team(RoleDefinition definition) {
            this.definition = definition;
        }

        /** Of the agents that are there: making them takes a while on a cluster, and may fail for want of room. */
        RoleCapacity capacity() {
            int slots = agents.size() * definition.getSlotsPerAgent();
            int busy = agents.stream().mapToInt(agent -> agent.load.size()).sum();
            return RoleCapacity.newBuilder()
                    .setRole(definition.getRole())
                    .setRoleVersion(definition.getVersion())
                    .setAgents(agents.size())
                    .setSlots(slots)
                    .setFree(Math.max(0, slots - busy))
                    .build();
        }
    }

    /**
     * What a role's new definition asks for.
     *
     * @param missing how many agents are to be made
     * @param firstNumber number of the first of them
     * @param idle agents that are not wanted any more and have nothing left to do
     */
    record Change(int missing, int firstNumber, List<Agent> idle) {}

    /** Puts a role's definition in force; null removes the role. Agents that are not wanted any more end what they have. */
    Change change(String role, @Nullable RoleDefinition definition) {
        if (definition == null) {
            Team removed = teams.remove(role);
            return new Change(0, 0, removed == null ? List.of() : retireAll(removed.agents));
        }
        Team team = teams.computeIfAbsent(role, name -> new Team(definition));
        team.definition = definition;
        int wanted = Math.max(0, definition.getAgents());
        List<Agent> surplus = team.agents.subList(Math.min(wanted, team.agents.size()), team.agents.size());
        List<Agent> idle = retireAll(surplus);
        surplus.clear();
        int missing = wanted - team.agents.size();
        int firstNumber = team.made + 1;
        team.made += missing;
        return new Change(missing, firstNumber, idle);
    }

    private List<Agent> retireAll(List<Agent> agents) {
        List<Agent> idle = new ArrayList<>();
        for (Agent agent : agents) {
            agent.retired = true;
            if (agent.isIdle()) {
                idle.add(agent);
            } else {
                retiring.add(agent);
            }
        }
        return idle;
    }

    /** Takes an agent that was made for a role into service. */
    void add(Agent agent) {
        Team team = teams.get(agent.role);
        if (team != null) {
            team.agents.add(agent);
        }
    }

    /** Lets a retired agent go that has nothing left to do; true when its actor is to be taken back. */
    boolean leaves(Agent agent) {
        return agent.isIdle() && retiring.remove(agent);
    }

    /** The agent of a role that has least to do; null when the role has none. */
    @Nullable
    Agent leastLoaded(String role) {
        Team team = teams.get(role);
        if (team == null) {
            return null;
        }
        Agent least = null;
        for (Agent agent : team.agents) {
            if (least == null || agent.load.size() < least.load.size()) {
                least = agent;
            }
        }
        return least;
    }

    /** The definition of a role in force. */
    Optional<RoleDefinition> definition(String role) {
        return Optional.ofNullable(teams.get(role)).map(team -> team.definition);
    }

    /** What an actor of a role needs. */
    Resources resources(String role) {
        return definition(role).map(RoleDefinition::getResources).orElseGet(() -> Resources.newBuilder()
                .build());
    }

    /** Agents with an attempt under way. */
    List<Agent> working() {
        List<Agent> working = new ArrayList<>();
        for (Agent agent : retiring) {
            if (agent.current != null) {
                working.add(agent);
            }
        }
        for (Team team : teams.values()) {
            for (Agent agent : team.agents) {
                if (agent.current != null) {
                    working.add(agent);
                }
            }
        }
        return working;
    }

    /** What a heartbeat tells of the roles. */
    List<RoleCapacity> capacities() {
        List<RoleCapacity> capacities = new ArrayList<>(teams.size());
        for (Team team : teams.values()) {
            capacities.add(team.capacity());
        }
        return capacities;
    }
}
