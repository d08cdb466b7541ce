package io.sweaifleet.agent.tool.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;

/**
 * A tool as a model sees it.
 *
 * @param name by which it is called, such as {@code read}, {@code git} or {@code mcp.issues.create}
 * @param description for the model: what it does, its limits, when to use it
 * @param parameters a JSON schema of type {@code object}: what {@link ModelTools#call} takes
 * @param hints what a call may do
 */
public record ToolSpec(String name, String description, ObjectNode parameters, Hints hints) {

    private static final Pattern NOT_OF_FUNCTIONS = Pattern.compile("[^A-Za-z0-9_-]");
    private static final int LONGEST_FUNCTION = 64;

    /** The name under which endpoints have it as a function: at most 64 letters, digits, dashes and underscores. */
    public String functionName() {
        String plain = NOT_OF_FUNCTIONS.matcher(name).replaceAll("_");
        return plain.length() <= LONGEST_FUNCTION ? plain : plain.substring(plain.length() - LONGEST_FUNCTION);
    }

    /**
     * What a call may do. Hints are advice for the model and for the display; what is allowed is the policy's to say.
     *
     * @param readOnly changes nothing
     * @param destructive may lose what cannot be had again
     * @param idempotent the same call again changes nothing more
     */
    public record Hints(boolean readOnly, boolean destructive, boolean idempotent) {}
}
