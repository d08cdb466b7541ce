package io.sweaifleet.agent.playbook.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.record.KnowledgeFact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A repository under construction, and what came of running a playbook on a clone of it, in the words of these tests. */
public final class TempRepository {

    private final TestRepository repository;
    private final Map<String, String> inputs = new HashMap<>();
    private PlaybookHarness harness = PlaybookHarness.create();
    private PlaybookHarness.Run run;

    public TempRepository(Path directory) {
        repository = TestRepository.init(directory.resolve("origin"));
    }

    public Path root() {
        return repository.root();
    }

    public TempRepository file(String path, String... lines) {
        repository.file(path, String.join("\n", lines) + "\n");
        return this;
    }

    public TempRepository bytes(String path, byte[] content) {
        try {
            Path file = root().resolve(path);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.write(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TempRepository link(String path, String target) {
        try {
            Files.createSymbolicLink(root().resolve(path), Path.of(target));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TempRepository rename(String from, String to) {
        repository.git("mv", from, to);
        return this;
    }

    public TempRepository commit(String message) {
        repository.commit(message);
        return this;
    }

    public TempRepository input(String name, String value) {
        inputs.put(name, value);
        return this;
    }

    public TempRepository with(PlaybookHarness other) {
        harness = other;
        return this;
    }

    /** Commits what is there, and runs the playbook on a clone. */
    public PlaybookHarness.Run run(Playbook playbook) {
        commit("as it is");
        run = harness.on(playbook, root().toString(), inputs);
        return run;
    }

    public AttemptEnd.Status status() {
        return run.status();
    }

    public Failure failure() {
        return run.failure();
    }

    public Map<String, String> outputs() {
        return run.outputs();
    }

    public List<Finding> findings() {
        return run.findings();
    }

    public List<Finding> found(String rule) {
        return findings().stream()
                .filter(finding -> finding.getRule().equals(rule))
                .toList();
    }

    /** What was skipped. */
    public List<String> skips() {
        return run.skipped().stream().map(SkippedStep::getWhat).toList();
    }

    public List<KnowledgeFact> stated(String predicate) {
        return run.facts().stream()
                .filter(fact -> fact.getPredicate().equals(predicate))
                .toList();
    }

    /** The name of a fact's subject or object within the repository. */
    public static String local(String id) {
        return id.substring(id.lastIndexOf('#') + 1);
    }

    public JsonNode json(String artifact) {
        try {
            return JsonMapper.builder().build().readTree(run.text(artifact));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text(String artifact) {
        return run.text(artifact);
    }

    public boolean hasArtifact(String name) {
        return run.contents().containsKey(name);
    }
}
