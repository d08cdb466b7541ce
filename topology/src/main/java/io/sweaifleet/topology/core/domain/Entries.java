package io.sweaifleet.topology.core.domain;

/** How events name entries of the state. */
final class Entries {

    private static final String BAR = "|";

    private Entries() {}

    static String kindOf(Key<?> key) {
        if (key instanceof Key.OfTask) {
            return "task";
        } else if (key instanceof Key.OfWorkflow) {
            return "workflow";
        } else if (key instanceof Key.OfWorker) {
            return "worker";
        } else if (key instanceof Key.OfLease) {
            return "lease";
        }
        return key instanceof Key.OfSchedule ? "schedule" : "queue";
    }

    static String idOf(Key<?> key) {
        if (key instanceof Key.OfTask task) {
            return task.taskId();
        } else if (key instanceof Key.OfWorkflow workflow) {
            return workflow.workflowId();
        } else if (key instanceof Key.OfWorker worker) {
            return worker.workerId();
        } else if (key instanceof Key.OfLease lease) {
            return lease.workerId() + BAR + lease.leaseId();
        } else if (key instanceof Key.OfSchedule schedule) {
            return schedule.scheduleId();
        } else if (key instanceof Key.OfReady place) {
            // The queue may have any text: it comes last.
            return place.order() + BAR + place.arrival() + BAR + place.taskId() + BAR + place.queue();
        }
        throw new IllegalArgumentException("Events name no entries such as " + key);
    }

    static Key.OfLease lease(String pool, String id) {
        int bar = id.indexOf(BAR);
        return new Key.OfLease(pool, id.substring(0, bar), id.substring(bar + 1));
    }

    static Key.OfReady place(String pool, String id) {
        String[] parts = id.split("\\|", 4);
        return new Key.OfReady(pool, parts[3], Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
    }
}
