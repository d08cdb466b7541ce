package io.sweaifleet.agent.branch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.ArtifactRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Branches in real repositories. */
@Timeout(120)
class BranchCreatorIT {

    private static final String BRANCH = "fleet/default/tidy-up";

    @TempDir
    Path temp;

    private final BranchCreator creator = new BranchCreator(Duration.ofSeconds(30));
    private Path repository;
    private Path clone;
    private String commit = "";

    @BeforeEach
    void makeRepositoryAndFinishedBranch() throws Exception {
        repository = temp.resolve("user's repo");
        Files.createDirectories(repository);
        git(repository, "init", "-q", "-b", "main");
        Files.writeString(repository.resolve("a.txt"), "one\n");
        git(repository, "add", "a.txt");
        git(repository, "commit", "-q", "-m", "first");
        clone = temp.resolve("clone");
        git(temp, "clone", "-q", repository.toString(), clone.toString());
        git(clone, "checkout", "-q", "-b", BRANCH);
        Files.writeString(clone.resolve("a.txt"), "one\ntwo\n");
        git(clone, "commit", "-q", "-am", "second");
        commit = git(clone, "rev-parse", "HEAD");
    }

    @Test
    void shouldCreateTheBranchAndTouchNothingElse() throws Exception {
        // Given: a dirty checkout, staged and unstaged, and a hook that would tell
        Files.writeString(repository.resolve("a.txt"), "one\nmine\n");
        Files.writeString(repository.resolve("staged.txt"), "mine\n");
        git(repository, "add", "staged.txt");
        for (String hook : List.of("reference-transaction", "post-checkout", "post-merge", "pre-auto-gc")) {
            Path script = repository.resolve(".git/hooks/" + hook);
            Files.writeString(script, "#!/bin/sh\ntouch '" + temp.resolve("hook-ran") + "'\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Map<String, String> before = everythingButNewObjects();

        // When
        BranchArrival arrival = creator.bringBack(finished(bundle()));

        // Then
        assertThat(arrival).isEqualTo(new BranchArrival.Created());
        assertThat(git(repository, "rev-parse", BRANCH)).isEqualTo(commit);
        assertThat(git(repository, "show", BRANCH + ":a.txt")).isEqualTo("one\ntwo");
        assertThat(temp.resolve("hook-ran")).doesNotExist();
        Map<String, String> after = everythingButNewObjects();
        after.keySet()
                .removeIf(name ->
                        name.endsWith(".git/refs/heads/" + BRANCH) || name.endsWith(".git/logs/refs/heads/" + BRANCH));
        assertThat(after).isEqualTo(before);
        git(repository, "fsck", "--strict");
    }

    @Test
    void shouldFindItDoneWhenTheSameCommitIsThere() throws Exception {
        // Given
        FinishedBranch finished = finished(bundle());
        creator.bringBack(finished);

        // When
        BranchArrival again = creator.bringBack(finished);

        // Then
        assertThat(again).isEqualTo(new BranchArrival.Created());
    }

    @Test
    void shouldNeverMoveABranchThatExists() throws Exception {
        // Given
        git(repository, "branch", BRANCH, "main");
        String mine = git(repository, "rev-parse", "main");

        // When
        BranchArrival arrival = creator.bringBack(finished(bundle()));

        // Then
        assertThat(arrival).isInstanceOfSatisfying(BranchArrival.Refused.class, refused -> assertThat(refused.reason())
                .contains(BRANCH, mine, commit));
        assertThat(git(repository, "rev-parse", BRANCH)).isEqualTo(mine);
    }

    @Test
    void shouldRefuseABundleThatWasChanged() throws Exception {
        // Given
        ArtifactRef bundle = bundle();
        Path file = Path.of(java.net.URI.create(bundle.getUri()));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        // When
        BranchArrival arrival = creator.bringBack(finished(bundle));

        // Then
        assertThat(arrival).isInstanceOfSatisfying(BranchArrival.Refused.class, refused -> assertThat(refused.reason())
                .contains("SHA-256"));
        assertThat(git(repository, "branch", "--list", BRANCH)).isEmpty();
    }

    @Test
    void shouldRefuseWhenTheBaseCommitIsGone() throws Exception {
        // Given
        ArtifactRef bundle = bundle();
        Path other = Files.createDirectories(temp.resolve("other"));
        git(other, "init", "-q", "-b", "main");
        FinishedBranch finished = new FinishedBranch(other.toString(), BRANCH, commit, bundle);

        // When
        BranchArrival arrival = creator.bringBack(finished);

        // Then
        assertThat(arrival).isInstanceOfSatisfying(BranchArrival.Refused.class, refused -> assertThat(refused.reason())
                .contains("does not fit"));
    }

    @Test
    void shouldRefuseWhenAnotherBranchStandsInTheWay() throws Exception {
        // Given: refs/heads/fleet is a branch, so nothing can be below it
        git(repository, "branch", "fleet", "main");

        // When
        BranchArrival arrival = creator.bringBack(finished(bundle()));

        // Then
        assertThat(arrival).isInstanceOfSatisfying(BranchArrival.Refused.class, refused -> assertThat(refused.reason())
                .contains("refused to create"));
    }

    @Test
    void shouldLeaveRepositoriesAloneThatAreNotOnThisHost() throws Exception {
        // Given
        ArtifactRef bundle = bundle();

        // When / Then
        for (String elsewhere : List.of(
                "https://example.org/a.git",
                "git@example.org:a/b.git",
                temp.resolve("missing").toString())) {
            assertThat(creator.bringBack(new FinishedBranch(elsewhere, BRANCH, commit, bundle)))
                    .isEqualTo(new BranchArrival.NotLocal());
        }
    }

    @Test
    void shouldTakeAFileUrlForAPath() throws Exception {
        // When
        BranchArrival arrival =
                creator.bringBack(new FinishedBranch(repository.toUri().toString(), BRANCH, commit, bundle()));

        // Then
        assertThat(arrival).isEqualTo(new BranchArrival.Created());
    }

    @Test
    void shouldRefuseNamesThatTheFleetDoesNotMake() throws Exception {
        // Given
        ArtifactRef bundle = bundle();

        // When / Then
        for (String name : List.of("main", "fleet/../../x/y", "fleet/default/--exec", "-fleet/a/b")) {
            assertThat(creator.bringBack(new FinishedBranch(repository.toString(), name, commit, bundle)))
                    .isInstanceOf(BranchArrival.Refused.class);
        }
        assertThat(creator.bringBack(new FinishedBranch(repository.toString(), BRANCH, "HEAD", bundle)))
                .isInstanceOf(BranchArrival.Refused.class);
    }

    private FinishedBranch finished(ArtifactRef bundle) {
        return new FinishedBranch(repository.toString(), BRANCH, commit, bundle);
    }

    private ArtifactRef bundle() throws Exception {
        Path file = temp.resolve("branch.bundle");
        git(clone, "bundle", "create", "-q", file.toString(), BRANCH, "^origin/main");
        byte[] bytes = Files.readAllBytes(file);
        return ArtifactRef.newBuilder()
                .setName("branch.bundle")
                .setKind("bundle")
                .setSha256(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
                .setSizeBytes(bytes.length)
                .setMediaType("application/x-git-bundle")
                .setUri(file.toUri().toString())
                .build();
    }

    private Map<String, String> everythingButNewObjects() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(repository)) {
            for (Path file : walk.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains(".git/objects/"))
                    .toList()) {
                files.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    private static String git(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "gc.auto=0"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, output).isZero();
        return output;
    }
}
