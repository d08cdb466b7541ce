package io.sweaifleet.agent.tool;

import static io.sweaifleet.agent.run.Steps.doing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sweaifleet.agent.playbook.Toolbox.Cache;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.playbook.Toolbox.CommandResult;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Builds of small projects with what the host has: its tools and its caches. */
class HostBuildIT {

    private static final String INSTALL_PLUGIN = "3.1.4";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldInstallWithMavenAndLeaveTheHostsRepositoryAlone(Choice choice) throws Exception {
        // Given
        assumeTrue(
                HostEnvironment.detect().find("mvn").isPresent(), "mvn is not installed (Debian: apt install maven)");
        Path hostRepository = Path.of(System.getProperty("user.home"), ".m2/repository");
        haveOnHost(INSTALL_PLUGIN);
        TestRepository repository = TestRepository.init(folder.resolve("repo"))
                .file(
                        "pom.xml",
                        """
                        <project>
                          <modelVersion>4.0.0</modelVersion>
                          <groupId>io.sweaifleet.test</groupId>
                          <artifactId>sandboxed-%s</artifactId>
                          <version>1</version>
                          <packaging>pom</packaging>
                          <build><plugins><plugin>
                            <artifactId>maven-install-plugin</artifactId>
                            <version>%s</version>
                          </plugin></plugins></build>
                        </project>
                        """
                                .formatted(choice.name().toLowerCase(java.util.Locale.ROOT), INSTALL_PLUGIN));
        repository.commit("first");
        AtomicReference<CommandResult> first = new AtomicReference<>();
        AtomicReference<CommandResult> second = new AtomicReference<>();

        // When
        PlaybookHarness.create()
                .withSandbox(choice)
                .on(
                        doing(context -> {
                            first.set(context.tools()
                                    .run(command(List.of("mvn", "-B", "-o", "install"), List.of(Cache.MAVEN))));
                            second.set(context.tools()
                                    .run(command(
                                            List.of("sh", "-c", "ls ~/.m2/repository/io/sweaifleet/test"),
                                            List.of(Cache.MAVEN))));
                        }),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(first.get().output()).contains("BUILD SUCCESS");
        assertThat(second.get().output()).contains("sandboxed-");
        assertThat(Files.exists(hostRepository.resolve("io/sweaifleet/test"))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldTestWithGoAndLeaveTheHostsCachesAlone(Choice choice) {
        // Given
        assumeTrue(HostEnvironment.detect().find("go").isPresent(), "go is not installed (Debian: apt install golang)");
        TestRepository repository = TestRepository.init(folder.resolve("repo"))
                .file("go.mod", "module example.org/x\n\ngo 1.18\n")
                .file("x_test.go", "package x\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {}\n");
        repository.commit("first");
        AtomicReference<CommandResult> result = new AtomicReference<>();

        // When
        PlaybookHarness.create()
                .withSandbox(choice)
                .on(
                        doing(context -> result.set(
                                context.tools().test(command(List.of("go", "test", "./..."), List.of(Cache.GO))))),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(result.get().output()).contains("ok");
        assertThat(result.get().exitCode()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUBBLEWRAP", "PROCESS"})
    void shouldRunNodeAndPython(Choice choice) {
        // Given
        HostEnvironment host = HostEnvironment.detect();
        assumeTrue(
                host.find("npm").isPresent() && host.find("python3").isPresent(),
                "npm or python3 is not installed (Debian: apt install npm python3)");
        TestRepository repository = TestRepository.init(folder.resolve("repo"))
                .file(
                        "package.json",
                        "{\"name\":\"x\",\"version\":\"1.0.0\",\"scripts\":{\"test\":\"node -e \\\"console.log(6*7)\\\"\"}}");
        repository.commit("first");
        AtomicReference<CommandResult> npm = new AtomicReference<>();
        AtomicReference<CommandResult> python = new AtomicReference<>();

        // When
        PlaybookHarness.create()
                .withSandbox(choice)
                .on(
                        doing(context -> {
                            npm.set(context.tools()
                                    .test(command(List.of("npm", "test", "--offline"), List.of(Cache.NPM))));
                            python.set(context.tools()
                                    .test(command(
                                            List.of("python3", "-c", "import json, ssl; print(json.dumps({'a': 1}))"),
                                            List.of(Cache.PIP))));
                        }),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(npm.get().output()).contains("42");
        assertThat(python.get().output()).contains("{\"a\": 1}");
    }

    /** The host's repository need not have the plugin: a build of this project stops before it installs anything. */
    private static void haveOnHost(String version) throws IOException, InterruptedException {
        Process help = new ProcessBuilder(
                        "mvn", "-B", "-q", "org.apache.maven.plugins:maven-install-plugin:" + version + ":help")
                .redirectErrorStream(true)
                .start();
        String said = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(help.waitFor()).as(said).isZero();
    }

    private static CommandRequest command(List<String> argv, List<Cache> caches) {
        return new CommandRequest(argv, "", Map.of(), Duration.ofMinutes(3), caches, true);
    }
}
