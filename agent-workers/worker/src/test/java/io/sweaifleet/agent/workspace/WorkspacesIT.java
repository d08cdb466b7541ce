package io.sweaifleet.agent.workspace;

import static io.sweaifleet.agent.run.Steps.doing;
import static io.sweaifleet.agent.run.Steps.playbook;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.schemas.common.FailureClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspacesIT {

    @TempDir
    Path folder;

    private TestRepository repository;
    private String first;

    @BeforeEach
    void makeRepository() {
        repository = TestRepository.init(folder.resolve("repo")).file("a.txt", "one\n");
        first = repository.commit("first");
    }

    @Test
    void shouldNameAPathThatDoesNotExist() {
        // When
        Run run = open(folder.resolve("nowhere").toString());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("REPOSITORY_UNREACHABLE");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.PERMANENT);
        assertThat(run.failure().getField()).isEqualTo("repository");
        assertThat(run.failure().getRemedy()).isNotEmpty();
    }

    @Test
    void shouldNameAFolderThatIsNoRepository() throws Exception {
        // Given
        Path plain = Files.createDirectories(folder.resolve("plain"));

        // When
        Run run = open(plain.toString());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("NOT_A_REPOSITORY");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.PERMANENT);
    }

    @Test
    void shouldNameTheRepositoryThatAPathLiesIn() throws Exception {
        // Given
        repository.file("sub/b.txt", "b").commit("second");

        // When
        Run run = open(repository.root().resolve("sub").toString());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("NOT_A_REPOSITORY");
        assertThat(run.failure().getRemedy()).contains(repository.root().toString());
    }

    @Test
    void shouldNameARepositoryWithoutCommits() {
        // Given
        TestRepository empty = TestRepository.init(folder.resolve("empty"));

        // When
        Run run = open(empty.root().toString());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("REPOSITORY_EMPTY");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.PERMANENT);
    }

    @ParameterizedTest
    @CsvSource({"no-such-branch", "4f2a9c1e8b7d6a5f4e3d2c1b0a9f8e7d6c5b4a39", "--upload-pack=evil", "'a b'", "HEAD~1^"})
    void shouldNameAReferenceThatIsNotThere(String ref) {
        // When
        Run run = PlaybookHarness.create()
                .withBaseRef(ref)
                .on(doing(context -> {}), repository.root().toString(), Map.of());

        // Then
        assertThat(run.failure().getCode()).isEqualTo("REF_NOT_FOUND");
        assertThat(run.failure().getField()).isEqualTo("baseRef");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.PERMANENT);
    }

    @Test
    void shouldTryAgainWhenAServerDoesNotAnswer() throws Exception {
        // Given
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        // When
        Run run = open("http://someone:hunter2@127.0.0.1:" + port + "/x.git");

        // Then
        assertThat(run.failure().getCode()).isEqualTo("REPOSITORY_UNREACHABLE");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.TRANSIENT);
        assertThat(run.end().toString()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"ext::sh -c evil", "ftp://host/x.git", "relative/path", "--upload-pack=evil"})
    void shouldRefuseAddressesItDoesNotSupport(String address) {
        // When
        Run run = open(address);

        // Then
        assertThat(run.failure().getCode()).isEqualTo("REPOSITORY_UNREACHABLE");
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.PERMANENT);
    }

    @Test
    void shouldStartFromABranchATagOrACommit() {
        // Given
        repository.git("tag", "v1");
        repository.git("checkout", "--quiet", "-b", "feature/x");
        String second = repository.file("a.txt", "two\n").commit("second");
        repository.git("checkout", "--quiet", "main");

        // When
        List<String> bases = Stream.of("v1", "feature/x", first, second.substring(0, 10))
                .map(ref -> PlaybookHarness.create()
                        .withBaseRef(ref)
                        .on(doing(context -> {}), repository.root().toString(), Map.of()))
                .map(run -> run.result().getBaseCommit())
                .toList();

        // Then
        assertThat(bases).containsExactly(first, second, first, second);
    }

    @Test
    void shouldStartFromADetachedHead() {
        // Given
        repository.git("checkout", "--quiet", "--detach");
        String loose = repository.file("a.txt", "loose\n").commit("on no branch");

        // When
        Run run = open(repository.root().toString());

        // Then
        assertThat(run.result().getBaseCommit()).isEqualTo(loose);
    }

    @Test
    void shouldCloneABareRepository() {
        // Given
        Path bare = folder.resolve("bare.git");
        repository.git("clone", "--quiet", "--bare", repository.root().toString(), bare.toString());

        // When
        Run run = open(bare.toString());

        // Then
        assertThat(run.result().getBaseCommit()).isEqualTo(first);
        assertThat(run.skipped()).isEmpty();
    }

    @Test
    void shouldCloneAFileUrl() {
        // When
        Run run = open("file://" + repository.root());

        // Then
        assertThat(run.result().getBaseCommit()).isEqualTo(first);
    }

    @Test
    void shouldCloneALinkedWorktreeOfARepositoryThatBorrowsObjects() throws Exception {
        // Given
        Path borrowing = folder.resolve("borrowing");
        repository.git("clone", "--quiet", "--shared", repository.root().toString(), borrowing.toString());
        TestRepository borrower = TestRepository.init(borrowing);
        borrower.git("worktree", "add", "--quiet", folder.resolve("linked").toString(), "-b", "other");

        // When
        Run run = PlaybookHarness.run(
                playbook(context -> {
                    Path objects = context.tools().root().resolve(".git/objects");
                    assertThat(context.tools().root().resolve(".git")).isDirectory();
                    assertThat(objects.resolve("info/alternates")).doesNotExist();
                    return new PlaybookResult(context.tools().read("a.txt"), Map.of());
                }),
                folder.resolve("linked"),
                Map.of());

        // Then
        assertThat(run.result().getSummary()).isEqualTo("one\n");
    }

    @Test
    void shouldShareNoFileWithTheSourceAndLeaveItAsItIs() throws Exception {
        // Given
        repository.git("gc", "--quiet");
        repository.file("a.txt", "changed, not committed\n");
        Map<String, FileTime> before = filesOf(repository.root());

        // When
        Run run = PlaybookHarness.run(
                doing(context -> {
                    for (Path file :
                            (Iterable<Path>) Files.walk(context.tools().root().resolve(".git/objects"))::iterator) {
                        if (Files.isRegularFile(file)) {
                            assertThat((Integer) Files.getAttribute(file, "unix:nlink"))
                                    .as(file.toString())
                                    .isEqualTo(1);
                        }
                    }
                    assertThat(context.tools().git("for-each-ref").output()).doesNotContain("refs/remotes");
                    assertThat(Files.readString(context.tools().root().resolve(".git/config")))
                            .doesNotContain("remote");
                    context.tools().write("a.txt", "by the agent\n");
                }),
                repository.root(),
                Map.of());

        // Then
        assertThat(run.result().getCommit()).isNotNull();
        assertThat(filesOf(repository.root())).isEqualTo(before);
    }

    @Test
    void shouldNotRunWhatTheSourceWouldRun() throws Exception {
        // Given: hooks, a file system monitor and a filter, as a hostile repository may bring along.
        Path trace = folder.resolve("trace");
        String evil = "#!/bin/sh\necho \"$0\" >> " + trace + "\n";
        for (String hook : List.of("post-checkout", "pre-commit", "post-commit", "reference-transaction")) {
            repository.file(".git/hooks/" + hook, evil);
            assertThat(repository.root().resolve(".git/hooks/" + hook).toFile().setExecutable(true))
                    .isTrue();
        }
        Path script = Files.writeString(folder.resolve("evil.sh"), evil);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        repository.file(".gitattributes", "* filter=evil diff=evil\n");
        repository.git("add", "--all");
        repository.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "attributes");
        repository.git("config", "core.fsmonitor", script.toString());
        repository.git("config", "filter.evil.clean", script.toString());
        repository.git("config", "filter.evil.smudge", script.toString());
        repository.git("config", "diff.evil.textconv", script.toString());
        repository.file("a.txt", "changed\n");
        Files.deleteIfExists(trace);

        // When
        Run run = PlaybookHarness.run(
                doing(context -> {
                    context.tools().write("b.txt", "b\n");
                    context.tools().git("status");
                    context.tools().git("add", "b.txt");
                    context.tools().git("commit", "-m", "b");
                    context.tools().git("log", "-p");
                }),
                repository.root(),
                Map.of());

        // Then
        assertThat(run.result().getCommit()).isNotNull();
        assertThat(trace).doesNotExist();
    }

    @Test
    void shouldNotTakeTheNameOfABranchInItsWay() {
        // Given: a branch called fleet leaves no room for fleet/default/….
        repository.git("branch", "-m", "fleet");

        // When
        Run run = open(repository.root().toString());

        // Then
        assertThat(run.result().getBaseCommit()).isEqualTo(first);
    }

    private static Run open(String address) {
        return PlaybookHarness.create().on(doing(context -> {}), address, Map.of());
    }

    private static Map<String, FileTime> filesOf(Path root) {
        Map<String, FileTime> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                if (Files.isRegularFile(file)) {
                    files.put(root.relativize(file).toString(), Files.getLastModifiedTime(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }
}
