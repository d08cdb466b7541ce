package io.sweaifleet.schemas.topic;

/** How long records of a topic are kept, and how they are cleaned up. */
public enum TopicClass {
    /** Read soon after it is written: 24 h. */
    QUEUE,
    /** Core's inputs: purged only behind core's committed offsets, never by time. */
    INPUT,
    /** The public interface: 30 days. */
    PUBLIC,
    /** Kept until archived. */
    JOURNAL,
    /** Latest record per key. */
    COMPACTED
}
