package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;

/** Failures that core itself finds. */
final class Failures {

    private Failures() {}

    static Failure permanent(String code, String message, String remedy) {
        return new Failure(FailureClass.PERMANENT, code, message, remedy, null, null);
    }

    static Failure permanent(String code, String message, String remedy, String field, String value) {
        return new Failure(FailureClass.PERMANENT, code, message, remedy, field, shorten(value));
    }

    static Failure agent(String code, String message, String remedy) {
        return new Failure(FailureClass.AGENT, code, message, remedy, null, null);
    }

    static Failure transientOne(String code, String message, String remedy) {
        return new Failure(FailureClass.TRANSIENT, code, message, remedy, null, null);
    }

    static boolean retriable(Failure failure) {
        return switch (failure.getFailureClass()) {
            case PERMANENT, ENVIRONMENT -> false;
            // A class that this version does not know yet is given its attempts.
            case TRANSIENT, AGENT, UNKNOWN -> true;
        };
    }

    private static String shorten(String value) {
        return value.length() <= 200 ? value : value.substring(0, 197) + "...";
    }
}
