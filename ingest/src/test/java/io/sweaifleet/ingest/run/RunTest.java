package io.sweaifleet.ingest.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.submit.Submission;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.task.TaskSubmitted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final RunIds IDS = new RunIds(Clock.fixed(NOW, ZoneOffset.UTC), new Random(1));
    private static final WorkflowTemplate.Run RUN =
            new WorkflowTemplate.Run("default", "/home/me/project", "abc", NOW.plusSeconds(60), NOW);

    @TempDir
    Path directory;

    @Test
    void shouldMakeTheCheckUpOfFiveRolesWithIdsOfItsOwn() throws Exception {
        // When
        Submission.Workflow first = WorkflowTemplate.checkUp().instantiate(RUN, IDS);
        Submission.Workflow second = WorkflowTemplate.checkUp().instantiate(RUN, IDS);

        // Then
        assertThat(first.workflowId()).matches("checkup-20260131-120000-[a-z0-9]{4}");
        assertThat(first.taskIds()).doesNotContainAnyElementsOf(second.taskIds());
        assertThat(first.workflow().getTasks())
                .extracting(TaskSubmitted::getRole)
                .containsExactlyInAnyOrder("architect", "qa", "devops", "data", "developer");
        assertThat(first.workflow().getRepository()).isEqualTo("/home/me/project");
        assertThat(first.workflow().getBaseRef()).isEqualTo("abc");
        assertThat(first.workflow().getDeadline()).isEqualTo(NOW.plusSeconds(60));
        TaskSubmitted developer = first.workflow().getTasks().stream()
                .filter(task -> task.getRole().equals("developer"))
                .findFirst()
                .orElseThrow();
        assertThat(developer.getId()).isEqualTo(first.workflowId() + "-developer");
        assertThat(developer.getDependsOn())
                .containsExactly(first.workflowId() + "-architect", first.workflowId() + "-qa");
        assertThat(first.taskIds()).containsAll(developer.getDependsOn());
    }

    @Test
    void shouldRefuseATemplateWithUnknownOrRepeatedNames() {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> new WorkflowTemplate(
                                "t",
                                """
                                tasks:
                                  - {id: a, kind: k, role: qa}
                                  - {id: a, kind: k, role: qa, dependsOn: [gone]}
                                """)
                        .instantiate(RUN, IDS))
                .withMessageContaining("tasks[1].id (line 3) = \"a\": another task has this name")
                .withMessageContaining("\"gone\": the workflow has no task of this name");
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> new WorkflowTemplate("t", "kind: k\nrole: qa\n").instantiate(RUN, IDS))
                .withMessageContaining("this is not a workflow");
    }

    @Test
    void shouldSayWhatIsWrongWithAFolder() {
        assertThatExceptionOfType(RepositoryException.class)
                .isThrownBy(() -> GitRepository.at(directory))
                .withMessage(directory + " is not in a git repository");
        assertThatExceptionOfType(RepositoryException.class)
                .isThrownBy(() -> GitRepository.at(directory.resolve("gone")))
                .withMessageContaining("there is no folder");
    }

    @Test
    void shouldSayThatARepositoryHasNoCommits() throws Exception {
        // Given
        git("init", "-q");

        // When / Then
        assertThatExceptionOfType(RepositoryException.class)
                .isThrownBy(() -> GitRepository.at(directory))
                .withMessageContaining("has no commits")
                .satisfies(e -> assertThat(e.remedy()).contains("git commit"));
    }

    @Test
    void shouldFindTopCommitBranchAndWhatIsNotCommitted() throws Exception {
        // Given
        git("init", "-q", "-b", "trunk");
        Files.writeString(Files.createDirectories(directory.resolve("sub")).resolve("a.txt"), "a");
        git("add", "-A");
        git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first");
        Files.writeString(directory.resolve("new.txt"), "new");

        // When
        GitRepository repository = GitRepository.at(directory.resolve("sub"));

        // Then
        assertThat(repository.path()).isEqualTo(directory.toRealPath());
        assertThat(repository.commit()).matches("[0-9a-f]{40}");
        assertThat(repository.branch()).isEqualTo("trunk");
        assertThat(repository.changedFiles()).isEqualTo(1);
        assertThat(GitRepository.commitOf(repository.path(), "trunk")).contains(repository.commit());
        assertThat(GitRepository.commitOf(repository.path(), "other")).isEmpty();
    }

    @Test
    void shouldTellUrlsFromPaths() {
        assertThat(List.of("https://example.org/a.git", "ssh://git@example.org/a", "git@example.org:a/b.git"))
                .allMatch(GitRepository::isUrl);
        assertThat(List.of("/home/me/a", "a/b", ".", "../a:b")).noneMatch(GitRepository::isUrl);
    }

    private void git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
