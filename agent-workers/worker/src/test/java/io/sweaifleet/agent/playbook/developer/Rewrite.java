package io.sweaifleet.agent.playbook.developer;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The OpenRewrite program as the module next to this one was built. */
final class Rewrite {

    private Rewrite() {}

    /** Its class path; the test is skipped where only this module was built. */
    static String classPath() throws IOException {
        Path target = Path.of("..", "rewrite", "target").toAbsolutePath().normalize();
        assumeThat(target.resolve("class-path")).exists();
        assumeThat(target.resolve("classes")).exists();
        return target.resolve("classes") + ":"
                + Files.readString(target.resolve("class-path")).strip();
    }
}
