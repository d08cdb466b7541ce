package io.sweaifleet.agent.playbook.build;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A playbook tried on a small repository that a test writes, by the real tools, policy and sandbox. */
public final class RepositoryTrial {

    private final Path directory;
    private final TestRepository repository;
    private final Map<String, String> inputs = new HashMap<>();
    private PlaybookHarness harness = PlaybookHarness.create();
    private HostEnvironment host = HostEnvironment.detect();

    public RepositoryTrial(Path directory) {
        this.directory = directory;
        this.repository = TestRepository.init(directory.resolve("repository"));
    }

    public RepositoryTrial file(String path, String text) {
        repository.file(path, text);
        return this;
    }

    public RepositoryTrial input(String name, String value) {
        inputs.put(name, value);
        return this;
    }

    public RepositoryTrial timeout(Duration time) {
        harness = harness.withTimeout(time);
        return this;
    }

    public RepositoryTrial sandbox(Sandboxes.Choice choice) {
        harness = harness.withSandbox(choice);
        return this;
    }

    public boolean hasProgram(String name) {
        return host.find(name).isPresent();
    }

    /** Lets the playbook see no other programs than these. */
    public RepositoryTrial onlyPrograms(String... names) throws IOException {
        Path path = Files.createDirectories(directory.resolve("bin"));
        for (String name : names) {
            Optional<Path> program = host.find(name);
            if (program.isPresent()) {
                Files.createSymbolicLink(path.resolve(name), program.get());
            }
        }
        host = new HostEnvironment(host.home(), List.of(path), host.toolDirectories(), host.variables());
        harness = harness.withHost(host).withSandbox(Sandboxes.Choice.PROCESS);
        return this;
    }

    public PlaybookHarness harness() {
        return harness;
    }

    public TestRepository repository() {
        return repository;
    }

    /** Commits what is there and runs the playbook on it. */
    public Trial run(Playbook playbook) {
        repository.commit("begin");
        return new Trial(harness.on(playbook, repository.root().toString(), inputs));
    }

    /** What came of it. */
    public record Trial(PlaybookHarness.Run run) {

        /** The end; an assertion error with the failure when it did not succeed. */
        public Trial succeeded() {
            if (run.status() != AttemptEnd.Status.SUCCEEDED) {
                throw new AssertionError("the playbook ended as " + run.status() + ": "
                        + run.end().failure());
            }
            return this;
        }

        /** Findings of a rule, as "path:line message". */
        public List<String> findingsOf(String rule) {
            return run.findings().stream()
                    .filter(finding -> finding.getRule().equals(rule))
                    .map(finding -> finding.getPath() + ":" + finding.getLine() + " " + finding.getMessage())
                    .toList();
        }
    }
}
