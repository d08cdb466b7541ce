package io.sweaifleet.deploy.tests;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Playbooks that a user of the fleet might have written, in a jar that a worker takes as a Java agent: that puts them on
 * its class path beside the shipped ones.
 */
final class TestPlaybooks {
    private TestPlaybooks() {}

    /** For the Java agent: being on the class path is all that is wanted. */
    public static void premain(String arguments, Instrumentation unused) {}

    /** A defect in somebody's playbook. */
    public static final class Throwing implements Playbook {
        static final String KIND = "test.throw";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public boolean needsWorkspace() {
            return false;
        }

        @Override
        public PlaybookResult run(PlaybookContext context) {
            throw new IllegalStateException("the recipe is missing its salt");
        }
    }

    /** Work that ends only when it is stopped. */
    public static final class Endless implements Playbook {
        static final String KIND = "test.endless";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public boolean needsWorkspace() {
            return false;
        }

        @Override
        public PlaybookResult run(PlaybookContext context) throws InterruptedException {
            new CountDownLatch(1).await();
            throw new IllegalStateException("nobody counts down");
        }
    }

    /** Work for which a rule asks, and that goes on without it. */
    public static final class Asking implements Playbook {
        static final String KIND = "test.ask";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public PlaybookResult run(PlaybookContext context) {
            try {
                context.tools().write("ci/build.yml", "deploy: always\n");
                return new PlaybookResult("written", Map.of("written", "yes"));
            } catch (ToolDenied e) {
                return new PlaybookResult("went on without it", Map.of("written", "no", "why", e.getMessage()));
            }
        }
    }

    /** The role that has them, as its owner would write it. */
    static final String ROLE =
            """
            role: tester
            version: 1
            description: does what tests need
            playbooks: [test.throw, test.endless]
            agents: 1
            slotsPerAgent: 1
            attemptTimeoutMs: 10m
            """;

    /** Writes the jar. */
    static Path jar(Path file) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", TestPlaybooks.class.getName());
        List<Class<?>> classes = List.of(TestPlaybooks.class, Throwing.class, Endless.class, Asking.class);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Class<?> each : classes) {
                String name = each.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream code = each.getResourceAsStream("/" + name)) {
                    code.transferTo(jar);
                }
            }
            jar.putNextEntry(new JarEntry("META-INF/services/" + Playbook.class.getName()));
            jar.write((Throwing.class.getName() + "\n" + Endless.class.getName() + "\n" + Asking.class.getName() + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }
}
