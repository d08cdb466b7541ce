package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.deploy.chaos.history.Submitted;
import io.sweaifleet.schemas.core.TaskEvent;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who stands in which queue of a pool, as its events tell one after the other. */
final class Waiting {

    /** What a PRIORITY_CHANGED says. */
    private static final Pattern PRIORITY = Pattern.compile("Priority is (\\d)\\b.*", Pattern.DOTALL);

    /**
     * A queue: the tasks of a tenant for a role.
     *
     * @param role role that the tasks need
     * @param tenant who pays
     */
    record Line(String role, String tenant) {}

    /**
     * A task that waits.
     *
     * @param order its place: the smallest goes first
     */
    record Waiter(long order, String task) {}

    private static final class Place {
        private final Line line;
        private int priority;
        private long since;
        private boolean waits;

        Place(Line line, int priority) {
            this.line = line;
            this.priority = priority;
        }
    }

    private final CheckedHistory history;
    private final String pool;
    private final long agingHalfTimeMs;
    private final Map<String, List<String>> tasksOfWorkflows = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<Line, TreeSet<Waiter>> lines = new HashMap<>();

    Waiting(CheckedHistory history, String pool, long agingHalfTimeMs) {
        this.history = history;
        this.pool = pool;
        this.agingHalfTimeMs = agingHalfTimeMs;
        for (Submitted submitted : history.recorded().accepted().values()) {
            if (submitted.workflow().pool().equals(pool)) {
                List<String> ids = new ArrayList<>();
                submitted.tasks().forEach(task -> ids.add(String.valueOf(task.getId())));
                tasksOfWorkflows.put(submitted.workflow().id(), ids);
            }
        }
    }

    /** The queue of a task; null for a task that was never submitted. */
    @Nullable
    Line lineOf(String taskId) {
        Place place = place(taskId);
        return place == null ? null : place.line;
    }

    /** Whether a task stands in its queue. */
    boolean waits(String taskId) {
        Place place = places.get(taskId);
        return place != null && place.waits;
    }

    /** Where a task stands in its queue. */
    long orderOf(String taskId) {
        Place place = places.get(taskId);
        return place == null ? Long.MAX_VALUE : order(place);
    }

    /** The first of a queue; null when it is empty. */
    @Nullable
    Waiter first(Line line) {
        TreeSet<Waiter> waiters = lines.get(line);
        return waiters == null || waiters.isEmpty() ? null : waiters.first();
    }

    /** Tenants with somebody in their queue for a role. */
    List<String> tenantsThatWait(String role) {
        Map<String, Boolean> tenants = new TreeMap<>();
        lines.forEach((line, waiters) -> {
            if (line.role().equals(role) && !waiters.isEmpty()) {
                tenants.put(line.tenant(), true);
            }
        });
        return List.copyOf(tenants.keySet());
    }

    /** Goes on by one event. */
    void on(TaskEvent event) {
        String taskId = event.getTaskId();
        switch (event.getType()) {
            case TASK_READY -> {
                if (taskId != null) {
                    enter(taskId, event.getDecidedAt().toEpochMilli());
                }
            }
            case TASK_HELD, TASK_ASSIGNED, TASK_ENDED -> {
                if (taskId != null) {
                    leave(taskId);
                }
            }
            case PRIORITY_CHANGED -> reprioritise(event);
            default -> {}
        }
    }

    private void reprioritise(TaskEvent event) {
        Matcher told = PRIORITY.matcher(event.getMessage());
        if (!told.matches()) {
            throw new IllegalStateException(
                    "event " + event.getSequence() + " of pool " + pool + " names no priority: " + event.getMessage());
        }
        int priority = Integer.parseInt(told.group(1));
        String taskId = event.getTaskId();
        List<String> changed =
                taskId != null ? List.of(taskId) : tasksOfWorkflows.getOrDefault(event.getWorkflowId(), List.of());
        for (String id : changed) {
            Place place = place(id);
            if (place != null) {
                boolean waited = place.waits;
                leave(id);
                place.priority = priority;
                if (waited) {
                    enter(id, place.since);
                }
            }
        }
    }

    private void enter(String taskId, long now) {
        Place place = place(taskId);
        if (place != null) {
            place.since = place.since == 0 ? now : place.since;
            place.waits = true;
            lines.computeIfAbsent(
                            place.line,
                            none -> new TreeSet<>(
                                    Comparator.comparingLong(Waiter::order).thenComparing(Waiter::task)))
                    .add(new Waiter(order(place), taskId));
        }
    }

    private void leave(String taskId) {
        Place place = places.get(taskId);
        if (place != null && place.waits) {
            place.waits = false;
            TreeSet<Waiter> line = lines.get(place.line);
            if (line != null) {
                line.remove(new Waiter(order(place), taskId));
            }
        }
    }

    private long order(Place place) {
        return place.since - place.priority * agingHalfTimeMs;
    }

    private @Nullable Place place(String taskId) {
        TaskSubmitted task = history.task(new Ref(pool, taskId));
        if (task == null) {
            return null;
        }
        return places.computeIfAbsent(taskId, none -> {
            Integer priority = task.getPriority();
            String tenant = task.getTenant();
            return new Place(
                    new Line(task.getRole(), tenant == null ? "default" : tenant), priority == null ? 5 : priority);
        });
    }
}
