package io.sweaifleet.agent.workspace;

import io.sweaifleet.schemas.common.Failure;

/** The result of opening a workspace. */
public sealed interface Opening {

    /** The clone is there. */
    record Opened(Workspace workspace) implements Opening {}

    /** There is nothing to work in, for this reason. */
    record Refused(Failure failure) implements Opening {}
}
