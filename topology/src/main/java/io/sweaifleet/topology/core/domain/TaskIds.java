package io.sweaifleet.topology.core.domain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Ids of the tasks that a run makes: functions of what they are made for, so that they need not be remembered. */
final class TaskIds {

    private static final int MOST = 100;
    private static final int KEPT = 86;

    private TaskIds() {}

    static String ofStep(String workflowId, String step) {
        return of(workflowId, step);
    }

    /** Item (from 0) or iteration (from 1) of a task. */
    static String ofChild(String parentId, int number) {
        return of(parentId, Integer.toString(number));
    }

    static String ofCompensation(String taskId) {
        return of(taskId, "undo");
    }

    /** The two with a dash; when that is longer than an id may be, its beginning and a digest of it. */
    static String of(String whole, String part) {
        String id = whole + "-" + part;
        return id.length() <= MOST ? id : id.substring(0, KEPT) + "-" + digest(id);
    }

    private static String digest(String id) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return Long.toUnsignedString(ByteBuffer.wrap(hash).getLong(), 36);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
