package io.sweaifleet.agent.brain.model;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model gave no answer. */
public final class ModelException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Cause {
        /** 429. */
        RATE_LIMITED(true),
        /** 5xx. */
        OVERLOADED(true),
        /** The answer ended in its midst, or could not be read. */
        BROKEN_STREAM(true),
        /** Nothing came for as long as is waited. */
        SILENT(true),
        /** No connection. */
        UNREACHABLE(true),
        /** The endpoint has no tool calling. */
        NO_TOOL_CALLING(false),
        /** The prompt is longer than the model's context. */
        CONTEXT_EXCEEDED(false),
        /** 401 or 403. */
        UNAUTHORIZED(false),
        /** Another 4xx: asking again cannot help. */
        REFUSED(false),
        /** The recording has no such exchange. */
        NOT_RECORDED(false),
        /** The configuration cannot be used. */
        MISCONFIGURED(false);

        private final boolean passing;

        Cause(boolean passing) {
            this.passing = passing;
        }
    }

    private final Cause cause;
    private final @Nullable Duration retryAfter;
    private final @Nullable Long lostTokens;

    public ModelException(Cause cause, String message) {
        this(cause, message, null, null);
    }

    /** @param retryAfter how long the endpoint asks to wait, or null */
    public ModelException(Cause cause, String message, @Nullable Duration retryAfter) {
        this(cause, message, retryAfter, null);
    }

    private ModelException(Cause cause, String message, @Nullable Duration retryAfter, @Nullable Long lostTokens) {
        super(message);
        this.cause = cause;
        this.retryAfter = retryAfter;
        this.lostTokens = lostTokens;
    }

    /** The model had begun to answer, so that it is paid for: with so many tokens, as far as they came. */
    public static ModelException inAnAnswer(Cause cause, String message, long tokens) {
        return new ModelException(cause, message, null, tokens);
    }

    /** Why. */
    public Cause why() {
        return cause;
    }

    /** Whether asking again later may help. */
    public boolean passing() {
        return cause.passing;
    }

    /** How many completion tokens had come; empty when the model had not begun to answer. */
    public Optional<Long> lostTokens() {
        return Optional.ofNullable(lostTokens);
    }

    /** How long the endpoint asks to wait. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
