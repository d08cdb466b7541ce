package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.deploy.eval.EvalTask;
import io.sweaifleet.deploy.eval.Judge;
import io.sweaifleet.deploy.eval.Programs;
import io.sweaifleet.deploy.eval.ScriptedModel;
import io.sweaifleet.deploy.eval.TaskSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code fleet do} and {@code fleet eval} on a node with every part. Behind the endpoint is no model but a script; everything
 * else is what a user's task goes through: client, loop, tools, sandbox, branch.
 */
@Timeout(600)
class DoIT {

    private static final String TASK = "python-intervals";

    @TempDir
    Path folder;

    @Test
    void shouldTurnASentenceIntoABranch() throws Exception {
        // Given
        EvalTask task = task(TASK);
        Path repository = folder.resolve("repository");
        Judge.repository(task, repository);
        NodeFixture.Answer answer;
        try (ScriptedModel model = new ScriptedModel(List.of(task))) {

            // When
            answer = NodeFixture.shared()
                    .fleet(
                            "do",
                            task.instructions(),
                            "--repo",
                            repository.toString(),
                            "--model-url",
                            model.url(task),
                            "--model-name",
                            ScriptedModel.MODEL,
                            "--json");
        }

        // Then
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output()).contains("started on developer");
        JsonNode work = new ObjectMapper()
                .readTree(answer.output().substring(answer.output().indexOf("\n{") + 1))
                .path("work");
        assertThat(work.path("brain").asText()).startsWith("SCRIPTED").contains(ScriptedModel.MODEL);
        assertThat(work.path("stopped").asText()).isEqualTo("submitted");
        assertThat(work.path("testsBefore").asText()).contains("2 failed");
        assertThat(work.path("testsAfter").asText()).isEqualTo("4 passed, 0 failed");
        assertThat(work.path("filesChanged").asInt()).isEqualTo(1);
        assertThat(work.path("inputTokens").asLong()).isPositive();
        assertThat(work.path("needs")).isEmpty();
        Programs.Ended judged = Judge.onThisMachine(folder)
                .judge(task, repository, work.path("branch").asText(), folder.resolve("judged"));
        assertThat(judged.well()).as(judged.output()).isTrue();
    }

    @Test
    void shouldWorkAListOffOnce() throws Exception {
        // Given
        EvalTask task = task(TASK);
        Path repository = folder.resolve("repository");
        Judge.repository(task, repository);
        Path list = Files.writeString(
                folder.resolve("backlog.md"), "# Tonight\n\n- mend merge()\n- [x] done\n- mend it once more\n");
        NodeFixture.Answer first;
        NodeFixture.Answer second;
        try (ScriptedModel model = new ScriptedModel(List.of(task))) {
            String[] command = {
                "do",
                "--file",
                list.toString(),
                "--repo",
                repository.toString(),
                "--model-url",
                model.url(task),
                "--model-name",
                ScriptedModel.MODEL
            };

            // When
            first = NodeFixture.shared().fleet(command);
            second = NodeFixture.shared().fleet(command);
        }

        // Then
        assertThat(first.exitCode()).as(first.output()).isZero();
        assertThat(first.output()).contains("2 of 2 succeeded");
        assertThat(second.exitCode()).as(second.output()).isZero();
        assertThat(second.output())
                .contains("(of an earlier run)", "2 of 2 succeeded")
                .doesNotContain("started on");
        Path report = Path.of(second.output()
                .lines()
                .filter(line -> line.endsWith("report.md"))
                .findFirst()
                .orElseThrow()
                .strip());
        assertThat(report).content().contains("git merge fleet/default/do-mend-merge-");
        assertThat(GitRepositories.git(repository, "branch", "--list", "fleet/default/*")
                        .lines())
                .hasSize(2);
    }

    /** One task in each language, and one that is recorded unsolved; the whole set is a command of minutes. */
    @Test
    void shouldPlayTheShippedRecordingsBack() throws Exception {
        assumeTrue(
                TaskSet.unpackRecordings(Files.createDirectory(folder.resolve("recordings")))
                        .isPresent(),
                "no recordings ship with this build: fleet eval --record makes them");

        // When
        NodeFixture.Answer answer = NodeFixture.shared()
                .inProcess(
                        "eval",
                        "--json",
                        "--task",
                        "python-intervals",
                        "--task",
                        "java-roman",
                        "--task",
                        "javascript-query",
                        "--task",
                        "go-words");

        // Then
        assertThat(answer.exitCode())
                .as(
                        "the recordings do not fit the prompts and tools any more: record them anew with\n"
                                + "  ./fleet eval --record deploy/eval/src/main/resources/io/sweaifleet/deploy/eval/recordings\n%s",
                        answer.output())
                .isZero();
        assertThat(answer.output())
                .contains("RECORDED from a script", "no live model ran")
                .contains("\"verdict\" : \"SOLVED\"", "\"verdict\" : \"UNSOLVED\"");
    }

    private EvalTask task(String name) throws Exception {
        EvalTask task = TaskSet.unpack(Files.createDirectory(folder.resolve("tasks"))).stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        assumeTrue(
                task.missing().isEmpty(),
                () -> name + " needs " + task.missing().orElse(""));
        return task;
    }
}
