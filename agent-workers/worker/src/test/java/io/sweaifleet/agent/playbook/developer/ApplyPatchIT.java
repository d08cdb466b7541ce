package io.sweaifleet.agent.playbook.developer;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.build.RepositoryTrial;
import io.sweaifleet.agent.playbook.build.RepositoryTrial.Trial;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.task.TaskStatus;
import io.sweaifleet.schemas.worker.Dependency;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyPatchIT {

    private static final String PATCH =
            """
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -1,3 +1,3 @@
             one
            -two
            +zwei
             three
            diff --git a/new.py b/new.py
            new file mode 100644
            --- /dev/null
            +++ b/new.py
            @@ -0,0 +1 @@
            +x = 1
            """;

    @TempDir
    Path directory;

    private RepositoryTrial repository;

    @BeforeEach
    void setUp() {
        repository = new RepositoryTrial(directory);
        repository.file("a.txt", "one\ntwo\nthree\n");
        repository.file("old.txt", "old\n");
    }

    @Test
    void shouldApplyAPatchAndCommitIt() {
        // Given
        repository.input("patch", PATCH);
        repository.input("message", "Speak German");

        // When
        Trial trial = repository.run(new ApplyPatch()).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("files.changed", "2").containsEntry("built", "true");
        assertThat(trial.run().text("changes.patch")).contains("+zwei", "+x = 1");
        assertThat(trial.run().result().getCommit()).isNotNull();
    }

    @Test
    void shouldDeleteAndRenameFiles() {
        // Given
        repository.input(
                "patch",
                "diff --git a/a.txt b/b.txt\nsimilarity index 100%\nrename from a.txt\nrename to b.txt\n"
                        + "diff --git a/old.txt b/old.txt\ndeleted file mode 100644\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n");

        // When
        Trial trial = repository.run(new ApplyPatch()).succeeded();

        // Then
        assertThat(trial.run().text("changes.patch")).contains("rename to b.txt", "deleted file mode");
    }

    @Test
    void shouldNameTheHunksThatDoNotApply() {
        // Given
        repository.input("patch", PATCH.replace("-two", "-deux"));

        // When
        Trial trial = repository.run(new ApplyPatch());

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.FAILED);
        assertThat(trial.run().failure().getCode()).isEqualTo("PATCH_DOES_NOT_APPLY");
        assertThat(trial.run().failure().getMessage()).contains("conflicts at a.txt:1");
        assertThat(trial.findingsOf("developer.patch-conflict"))
                .singleElement()
                .asString()
                .startsWith("a.txt:1 ");
    }

    @Test
    void shouldRefuseAPatchThatLeadsOutOfTheRepository() {
        // Given
        repository.input("patch", "--- /dev/null\n+++ b/../../outside.txt\n@@ -0,0 +1 @@\n+evil\n");

        // When
        Trial trial = repository.run(new ApplyPatch());

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.FAILED);
        assertThat(trial.run().failure().getCode()).isEqualTo("PATCH_DOES_NOT_APPLY");
        assertThat(trial.run().failure().getMessage()).contains("invalid path");
    }

    @Test
    void shouldRefuseTextThatIsNoPatch() {
        // Given
        repository.input("patch", "please change a.txt");

        // When
        Trial trial = repository.run(new ApplyPatch());

        // Then
        assertThat(trial.run().failure().getCode()).isEqualTo("INVALID_INPUT");
    }

    @Test
    void shouldTakeBackAPatchThatDoesNotParse() {
        // Given
        repository.input("patch", PATCH.replace("+x = 1", "+x = ("));

        // When
        Trial trial = repository.run(new ApplyPatch());

        // Then: a new file was no part of the build before, so it built, and does not any more
        assertThat(trial.run().failure().getCode()).isEqualTo("BUILD_BROKEN");
        assertThat(trial.findingsOf("developer.build-broken"))
                .singleElement()
                .asString()
                .startsWith("new.py:1 ");
    }

    @Test
    void shouldTakeThePatchOfATaskItDependsOn() throws Exception {
        // Given
        Path stored = Files.writeString(directory.resolve("stored.patch"), PATCH);
        byte[] content = PATCH.getBytes(StandardCharsets.UTF_8);
        ArtifactRef artifact = ArtifactRef.newBuilder()
                .setName("changes.patch")
                .setKind("patch")
                .setSha256(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
                .setSizeBytes(content.length)
                .setMediaType("text/x-diff")
                .setUri(stored.toUri().toString())
                .build();
        repository
                .harness()
                .withDependencies(List.of(Dependency.newBuilder()
                        .setTaskId("before")
                        .setStatus(TaskStatus.SUCCEEDED)
                        .setOutputs(Map.of())
                        .setArtifacts(List.of(artifact))
                        .build()));

        // When
        Trial trial = repository.run(new ApplyPatch()).succeeded();

        // Then
        assertThat(trial.run().text("changes.patch")).contains("+zwei");
    }
}
