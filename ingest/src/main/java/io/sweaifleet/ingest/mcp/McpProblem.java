package io.sweaifleet.ingest.mcp;

/** A call that cannot be answered, in words its caller can act on. */
final class McpProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    McpProblem(String message, String remedy) {
        super(remedy.isEmpty() ? message : message + "\n" + remedy);
    }
}
