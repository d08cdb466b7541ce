package io.sweaifleet.topology.core.domain;

/**
 * Where a task stands in the run of a definition.
 *
 * @param step id of the step in the definition
 * @param parent task that this one is an item or an iteration of; empty for the step itself and for a compensation
 * @param index number of the item from 0; -1 outside of items
 * @param item the item as JSON; empty outside of items
 * @param iteration number of the iteration from 1; 0 outside of iterations
 * @param undoes task that this one undoes; empty when it is no compensation
 */
public record Position(String step, String parent, int index, String item, int iteration, String undoes) {

    static Position ofStep(String step) {
        return new Position(step, "", -1, "", 0, "");
    }

    Position item(String parentId, int number, String json) {
        return new Position(step, parentId, number, json, 0, "");
    }

    Position iteration(String parentId, int number) {
        return new Position(step, parentId, index, item, number, "");
    }

    Position undoing(String taskId) {
        return new Position(step, "", index, item, 0, taskId);
    }

    /** Whether it is the step itself, which others depend on. */
    boolean isStep() {
        return parent.isEmpty() && undoes.isEmpty();
    }

    boolean isCompensation() {
        return !undoes.isEmpty();
    }
}
