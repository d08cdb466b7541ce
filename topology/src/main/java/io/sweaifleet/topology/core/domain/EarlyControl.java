package io.sweaifleet.topology.core.domain;

/** A request about work, kept: a pause that holds, or a cancel of something that was not yet submitted. */
public record EarlyControl(String controlId, String reason, String requestedBy) {

    /** Who asked, and why, as far as was said: the end of a sentence, such as {@code " by ada: freeze"}. */
    String said() {
        String by = requestedBy.isEmpty() ? "" : " by " + requestedBy;
        String why = reason.isEmpty() ? "" : ": " + reason;
        return by + why;
    }
}
