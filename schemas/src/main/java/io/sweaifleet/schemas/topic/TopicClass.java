package io.sweaifleet.schemas.topic;

/** How long records of a topic are kept, and how they are cleaned up. The times are defaults; see {@link TopicSettings}. */
public enum TopicClass {
    /** Read soon after it is written: 24 h. */
    QUEUE("deleted after 24 h"),
    /** Core's inputs: purged only behind core's committed offsets, never by time. */
    INPUT("purged behind core's committed offsets, never by time"),
    /** The public interface: 30 days. */
    PUBLIC("deleted after 30 days"),
    /** Kept until archived. */
    JOURNAL("kept until archived"),
    /** Latest record per key. */
    COMPACTED("compacted: the latest record of each key is kept");

    private final String doc;

    TopicClass(String doc) {
        this.doc = doc;
    }

    /** What becomes of old records by default, for people. */
    public String doc() {
        return doc;
    }
}
