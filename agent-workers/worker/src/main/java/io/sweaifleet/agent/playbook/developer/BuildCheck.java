package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.ToolDenied;

/** Compiles a part of the repository. */
interface BuildCheck {

    /** What it compiles, such as {@code maven .}. */
    String name();

    /** Compiles it now. */
    BuildState check(Workbench bench) throws ToolDenied, InterruptedException;
}
