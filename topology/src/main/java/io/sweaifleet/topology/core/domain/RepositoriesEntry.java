package io.sweaifleet.topology.core.domain;

import java.util.ArrayList;
import java.util.List;

/**
 * Repositories that a worker has lately worked on.
 *
 * @param names repositories as the tasks named them, roughly the latest first
 */
public record RepositoriesEntry(List<String> names) {

    /** Repositories that are remembered of a worker. */
    static final int MOST = 16;

    /** Of a worker that has not worked on any. */
    static final RepositoriesEntry NONE = new RepositoriesEntry(List.of());

    public RepositoriesEntry {
        names = List.copyOf(names);
    }

    /** The same with one more in front; itself while that one is among the front half, so that few attempts change it. */
    RepositoriesEntry with(String repository) {
        int place = names.indexOf(repository);
        if (place >= 0 && place < MOST / 2) {
            return this;
        }
        List<String> next = new ArrayList<>(names.size() + 1);
        next.add(repository);
        for (String name : names) {
            if (!name.equals(repository) && next.size() < MOST) {
                next.add(name);
            }
        }
        return new RepositoriesEntry(next);
    }
}
