package io.sweaifleet.deploy.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each task does what its kind promises: it fails as it is, the known fix solves it, and what ends unsolved does so. */
class TaskSetTest {

    private static Path scratch;
    private static List<EvalTask> set;

    @TempDir
    Path directory;

    static synchronized List<EvalTask> tasks() throws IOException {
        if (set == null) {
            scratch = Files.createTempDirectory("fleet-eval-test");
            set = TaskSet.unpack(scratch);
        }
        return set;
    }

    static Stream<String> names() throws IOException {
        return tasks().stream().map(EvalTask::name);
    }

    @AfterAll
    static void clean() {
        Folders.delete(scratch);
    }

    @Test
    void shouldHaveTasksInFourLanguagesOfWhichTwoAreRecordedUnsolved() throws Exception {
        assertThat(tasks()).hasSizeGreaterThanOrEqualTo(12);
        assertThat(tasks()).extracting(EvalTask::language).contains("java", "python", "javascript", "go");
        assertThat(tasks()).filteredOn(task -> !task.isRecordedSolved()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldFailAsItIsAndPassWithTheFix(String name) throws Exception {
        // Given
        EvalTask task = task(name);
        Judge judge = judge();
        Path repository = directory.resolve("repository");
        Judge.repository(task, repository);

        // When
        Programs.Ended before = judge.test(task, repository);
        Programs.Ended untouched = judge.judge(task, repository, "main", directory.resolve("untouched"));
        Judge.apply(repository, task.fix());
        Programs.Ended after = judge.test(task, repository);
        Programs.Ended judged = judged(judge, task, repository, "fixed");

        // Then
        assertThat(before.exitCode()).as(before.output()).isPositive();
        assertThat(untouched.exitCode()).as(untouched.output()).isPositive();
        assertThat(after.exitCode()).as(after.output()).isZero();
        assertThat(judged.exitCode()).as(judged.output()).isZero();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldNotBeSolvedByAnotherAttempt(String name) throws Exception {
        // Given
        EvalTask task = task(name);
        assumeTrue(!task.isRecordedSolved(), "the recording of " + name + " solves it");
        Judge judge = judge();
        Path repository = directory.resolve("repository");
        Judge.repository(task, repository);

        // When
        Judge.apply(repository, task.recorded());
        Programs.Ended judged = judged(judge, task, repository, "attempt");

        // Then
        assertThat(judged.exitCode()).as(judged.output()).isPositive();
    }

    @Test
    void shouldNotBeFooledByChangedTests() throws Exception {
        // Given
        EvalTask task = task("java-roman");
        Judge judge = judge();
        Path repository = directory.resolve("repository");
        Judge.repository(task, repository);
        Files.writeString(
                repository.resolve("RunTests.java"),
                "public class RunTests { public static void main(String[] args) {} }");

        // When
        Programs.Ended fooled = judge.test(task, repository);
        Programs.Ended judged = judged(judge, task, repository, "changed");

        // Then
        assertThat(fooled.exitCode()).as(fooled.output()).isZero();
        assertThat(judged.exitCode()).as(judged.output()).isPositive();
    }

    private static Judge judge() throws Exception {
        return Judge.onThisMachine(scratch).sharing(Files.createDirectories(scratch.resolve("go-cache")));
    }

    private Programs.Ended judged(Judge judge, EvalTask task, Path repository, String branch) throws Exception {
        for (List<String> words : List.of(
                List.of("git", "checkout", "-q", "-b", branch),
                List.of("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qam", branch))) {
            Programs.Ended ended = Programs.run(repository, words, java.util.Map.of(), java.time.Duration.ofMinutes(1));
            assertThat(ended.exitCode()).as(ended.output()).isZero();
        }
        return judge.judge(task, repository, branch, directory.resolve(branch));
    }

    private static EvalTask task(String name) throws IOException {
        EvalTask task = tasks().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        assumeTrue(
                task.missing().isEmpty(),
                () -> name + " needs " + task.missing().orElse(""));
        return task;
    }
}
