package io.sweaifleet.deploy.chaos.history;

/**
 * Names a task or a workflow in the whole fleet.
 *
 * @param pool its pool
 * @param id its id within the pool
 */
public record Ref(String pool, String id) implements Comparable<Ref> {

    @Override
    public int compareTo(Ref other) {
        int byPool = pool.compareTo(other.pool);
        return byPool != 0 ? byPool : id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return pool + "/" + id;
    }
}
