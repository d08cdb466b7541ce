package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.List;

/** Tasks that run with one concurrency key. */
public record Holders(List<String> taskIds) {

    /** Of a key that nobody holds. */
    static final Holders NONE = new Holders(List.of());

    Holders with(String taskId) {
        List<String> more = new ArrayList<>(taskIds);
        more.add(taskId);
        return new Holders(more);
    }

    Holders without(String taskId) {
        return new Holders(taskIds.stream().filter(id -> !id.equals(taskId)).toList());
    }
}
