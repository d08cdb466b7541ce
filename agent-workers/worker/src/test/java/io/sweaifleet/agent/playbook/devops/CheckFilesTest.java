package io.sweaifleet.agent.playbook.devops;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.support.TempRepository;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.schemas.common.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckFilesTest {

    @TempDir
    Path directory;

    private TempRepository repository;
    private final CheckFiles playbook = new CheckFiles();

    @BeforeEach
    void setUp() {
        repository = new TempRepository(directory);
    }

    @Test
    void shouldBeFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(Playbook.class)).anyMatch(found -> found instanceof CheckFiles);
    }

    @Test
    void shouldWriteWhatIsMissingAndHoldItsOwnRules() throws IOException {
        // Given
        repository
                .file(
                        "pom.xml",
                        "<project><artifactId>a</artifactId><properties><java.version>21</java.version></properties></project>")
                .file(
                        "src/main/java/A.java",
                        "class A {",
                        "    int a;",
                        "    int b;",
                        "    int c;",
                        "    int d;",
                        "    int e;",
                        "}")
                .file("web/package.json", "{\"scripts\": {\"test\": \"jest\"}, \"engines\": {\"node\": \">=20.1\"}}")
                .file("web/package-lock.json", "{}")
                .file("web/Dockerfile", "FROM node:22", "COPY . .", "COPY coverage /c", "USER node")
                .file(
                        "api/pyproject.toml",
                        "[build-system]",
                        "[project]",
                        "requires-python = '>=3.9'",
                        "[project.optional-dependencies]",
                        "test = ['x']")
                .file("api/tests/test_a.py", "def test(): pass")
                .file("api/build/kept.txt", "tracked")
                .file("svc/go.mod", "module x", "go 1.22");

        // When
        repository.run(playbook);

        // Then
        List<String> written =
                List.of(repository.outputs().getOrDefault("written", "").split("\n"));
        assertThat(written)
                .containsExactly(
                        ".editorconfig",
                        ".github/dependabot.yml",
                        ".github/workflows/ci.yml",
                        ".gitignore",
                        "web/.dockerignore");
        Path clone = applied();
        String workflow = Files.readString(clone.resolve(".github/workflows/ci.yml"));
        assertThat(workflow)
                .contains("java-version: \"21\"")
                .contains("mvn --batch-mode")
                .contains("node-version: \"20\"")
                .contains("npm ci")
                .contains("npm run test")
                .contains("pip install --editable '.[test]'")
                .contains("python -m pytest")
                .contains("go test ./...")
                .contains("working-directory: \"web\"");
        assertThat(Files.readString(clone.resolve(".editorconfig")))
                .contains("[*.java]\nindent_style = space\nindent_size = 4");
        assertThat(Files.readString(clone.resolve(".gitignore")))
                .contains("target/", "node_modules/", "__pycache__/")
                .doesNotContain("build/");
        assertThat(Files.readString(clone.resolve("web/.dockerignore")))
                .contains("node_modules")
                .doesNotContain("coverage");
        assertThat(TestRepository.init(clone).git("ls-files", "-i", "-c", "--exclude-standard"))
                .isEmpty();

        // And the result passes, apart from what only an owner can write
        TempRepository second = new TempRepository(directory.resolve("second"));
        copy(clone, second.root());
        second.run(playbook);
        assertThat(second.findings())
                .extracting(Finding::getRule)
                .containsExactlyInAnyOrder("devops.readme-missing", "devops.license-missing");
        assertThat(second.hasArtifact("changes.patch")).isFalse();
    }

    @Test
    void shouldWriteForGitlabWhereTheRepositoryIsThere() {
        // Given
        repository = new TempRepository(directory.resolve("gitlab.example.org"));
        repository.file("requirements.txt", "a==1").file("test_a.py", "");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.text("changes.patch"))
                .contains("+++ b/.gitlab-ci.yml")
                .contains("image: \"python:3.12\"")
                .contains("pip install --requirement requirements.txt")
                .doesNotContain(".github");
        assertThat(repository.skips()).contains("dependency updates");
    }

    @Test
    void shouldOnlyReportWhenAskedTo() {
        // Given
        repository
                .file("go.mod", "module x")
                .input("write", "false")
                .input("ignore", "license-missing, devops.readme-missing");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.hasArtifact("changes.patch")).isFalse();
        assertThat(repository.found("devops.ci-missing")).hasSize(1);
        assertThat(repository.found("devops.license-missing")).isEmpty();
        assertThat(repository.found("devops.readme-missing")).isEmpty();
        assertThat(repository.json("report.json").path("files").findValuesAsText("path"))
                .contains(".github/workflows/ci.yml");
    }

    @Test
    void shouldLeaveExistingFilesAlone() {
        // Given
        repository
                .file(".gitignore", "")
                .file(".editorconfig", "")
                .file(".ci/run", "")
                .file(".github/dependabot.yml", "version: 2")
                .file("README.md", "")
                .file("LICENSE", "")
                .file("go.mod", "module x", "go 1.22");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.findings()).isEmpty();
        assertThat(repository.hasArtifact("changes.patch")).isFalse();
    }

    @Test
    void shouldSkipTheWorkflowWhenNoBuildIsKnown() {
        // Given
        repository.file("main.zig", "x");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.SUCCEEDED);
        assertThat(repository.skips()).contains("CI configuration");
        assertThat(repository.text("changes.patch")).doesNotContain("ci.yml");
    }

    @Test
    void shouldStateEachFailedRuleOncePerFile() {
        // Given
        repository
                .file("Dockerfile", "FROM a", "FROM b", "USER x")
                .file("testdata/Dockerfile", "FROM a")
                .file("node_modules/x/package.json", "{")
                .file(".env", "SECRET=1");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.found("devops.docker-base-unpinned")).hasSize(2);
        assertThat(repository.stated("FAILED_WITH"))
                .filteredOn(fact -> fact.getSubjectId().endsWith("#devops.docker-base-unpinned"))
                .singleElement()
                .satisfies(fact -> {
                    assertThat(TempRepository.local(fact.getObjectId())).isEqualTo("Dockerfile");
                    assertThat(fact.getProperties()).containsEntry("times", "2").containsEntry("line", "1");
                });
        assertThat(repository.found("devops.secret-file-committed")).hasSize(1);
        assertThat(repository.found("devops.build-output-committed")).hasSize(1);
        assertThat(repository.found("devops.json-invalid")).isEmpty();
        assertThat(repository.text("report.md")).doesNotContain("SECRET=1");
    }

    @Test
    void shouldReportFilesThatNobodyCanRead() {
        // Given
        repository
                .file(".github/workflows/a.yml", "a: b: c")
                .bytes("docker-compose.yml", new byte[] {(byte) 0xFF, 'a', 0})
                .bytes("Dockerfile", "FROM \u00e9\r\n".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))
                .bytes("Makefile", new byte[2 << 20])
                .link("pom.xml", "pom.xml");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.found("devops.yaml-invalid"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.getLine()).isEqualTo(1));
        assertThat(repository.found("devops.docker-base-unpinned")).hasSize(1);
        assertThat(repository.skips()).contains("docker-compose.yml", "Makefile");
    }

    @Test
    void shouldSkipARepositoryWithoutFiles() {
        // When
        repository.run(playbook);

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.SKIPPED);
    }

    @Test
    void shouldRefuseARuleThatDoesNotExist() {
        // Given
        repository.file("a", "").input("ignore", "nonsense");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.failure().getField()).isEqualTo("ignore");
    }

    /** A copy of the repository with the patch applied by git. */
    private Path applied() throws IOException {
        Path clone = directory.resolve("applied");
        repository.commit("again");
        copy(repository.root(), clone);
        Path patch = directory.resolve("changes.patch");
        Files.writeString(patch, repository.text("changes.patch"));
        TestRepository copy = TestRepository.init(clone);
        copy.git("apply", patch.toString());
        copy.commit("applied");
        return clone;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path relative = from.relativize(file);
                boolean git = relative.startsWith(".git");
                if (!git && Files.isRegularFile(file)) {
                    Path target = to.resolve(relative.toString());
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
    }
}
