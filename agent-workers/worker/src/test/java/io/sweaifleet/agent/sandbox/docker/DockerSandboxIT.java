package io.sweaifleet.agent.sandbox.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.Steps;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.Folders;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.SandboxRequest;
import io.sweaifleet.agent.sandbox.SandboxSession;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.SandboxedCommand;
import io.sweaifleet.agent.sandbox.container.ImageCatalogue;
import io.sweaifleet.agent.sandbox.offer.OfferedSandboxes;
import io.sweaifleet.schemas.common.FailureClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerSandboxIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final SandboxLimits LIMITS = new SandboxLimits(128L << 20, 64, 1_500, 64L << 20, 0);

    @TempDir
    Path folder;

    private DockerFixture fixture;
    private DockerSandbox sandbox;
    private Confinement confinement;
    private SandboxSession session;
    private int outputs;

    @BeforeEach
    void open() throws IOException {
        fixture = DockerFixture.shared();
        folder = folder.toRealPath();
        sandbox = fixture.sandbox(LIMITS, folder.resolve("work"));
        confinement = confinement("lease-1");
        session = sandbox.open(new SandboxRequest(confinement, "", 1 << 20));
    }

    @AfterEach
    void nothingIsLeft() {
        if (sandbox != null) {
            session.close();
            await(() -> containers().isEmpty());
            assertThat(containers()).isEmpty();
            sandbox.close();
        }
    }

    private Confinement confinement(String lease) throws IOException {
        Path own = Files.createDirectories(folder.resolve("work/w1").resolve(lease));
        Path clone = Files.createDirectories(own.resolve("clone"));
        Files.createDirectories(clone.resolve(".git"));
        return new Confinement(own, clone, Files.createDirectories(own.resolve("scratch")), "default/t-1");
    }

    @Test
    void shouldTakeEveryRightFromTheContainer() throws Exception {
        // When
        Execution execution =
                execute("id -u; touch /x; touch in-clone /scratch/in-scratch /tmp/in-tmp; echo x > .git/x;"
                        + " grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status; ls /sys/class/net; env");

        // Then: as the engine sees it, and as the command does.
        assertThat(execution.end()).isEqualTo(End.EXITED);
        InspectContainerResponse container = sandbox.engine()
                .control()
                .inspectContainerCmd(containers().get(0).getId())
                .exec();
        HostConfig host = container.getHostConfig();
        assertThat(host.getCapDrop()).containsExactly(Capability.ALL);
        assertThat(host.getReadonlyRootfs()).isTrue();
        assertThat(host.getPidsLimit()).isEqualTo(64);
        assertThat(host.getMemory()).isEqualTo(128L << 20).isEqualTo(host.getMemorySwap());
        assertThat(host.getNanoCPUs()).isEqualTo(1_500_000_000L);
        assertThat(host.getNetworkMode()).isEqualTo("none");
        assertThat(container.getMounts())
                .extracting(mount -> String.valueOf(mount.getDestination()))
                .containsExactlyInAnyOrder("/workspace", "/workspace/.git", "/scratch");
        assertThat(output())
                // Standard output and error are two pipes: which of their lines comes first is chance.
                .containsPattern("(?m)^" + ContainerUser.AGENT + "$")
                .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2")
                .contains("/x: Read-only file system", ".git/x: Read-only file system", "FLEET_RUN=default/t-1")
                .doesNotContain("eth0")
                .doesNotContain("JAVA_HOME");
        assertThat(confinement.root().resolve("in-clone")).exists();
        assertThat(confinement.scratch().resolve("in-scratch")).exists();
    }

    @Test
    void shouldUseOneContainerForTheWholeAttempt() throws Exception {
        // When
        Execution kept = execute("echo kept > /tmp/file");
        assertThat(kept.exitCode()).as(output()).isZero();
        String first = containers().get(0).getId();
        Execution second = execute("cat /tmp/file; exit 7");

        // Then
        assertThat(second.exitCode()).as(output()).isEqualTo(7);
        assertThat(output()).isEqualTo("kept\n");
        assertThat(containers()).extracting(Container::getId).containsExactly(first);
    }

    @Test
    void shouldGiveTheWorkersFilesToTheCommandAndKeepGitsOwn() throws Exception {
        // Given: a file that the worker wrote between two commands.
        execute("true");
        Path file = Files.writeString(confinement.root().resolve("edited"), "by the worker\n");

        // When
        Execution execution = execute("echo by the command >> edited && chmod +x edited");

        // Then
        assertThat(execution.exitCode()).isZero();
        assertThat(file).hasContent("by the worker\nby the command");
        assertThat(Files.getAttribute(confinement.root(), "unix:uid")).isEqualTo(0);
        assertThat(Files.getAttribute(confinement.root().resolve(".git"), "unix:uid"))
                .isEqualTo(0);
    }

    @Test
    void shouldNameTheFoldersAsTheContainerHasThem() throws Exception {
        // When
        Execution execution =
                execute("cd '" + confinement.scratch() + "' && pwd && ls -d '" + confinement.root() + "'");

        // Then
        assertThat(execution.exitCode()).isZero();
        assertThat(output()).isEqualTo("/scratch\n/workspace\n");
    }

    @Test
    void shouldEndEverythingAtTheTimeoutAndGoOn() throws Exception {
        // When
        Execution execution = session.execute(
                command("sleep 300 & setsid sleep 300 & echo started; sleep 300"),
                Duration.ofSeconds(2),
                new Cancellation(),
                next());

        // Then
        assertThat(execution.end()).isEqualTo(End.TIMED_OUT);
        assertThat(output()).isEqualTo("started\n");
        assertThat(execute("ps | grep -c '[s]leep'").exitCode()).isEqualTo(1);
        assertThat(output()).isEqualTo("0\n");
    }

    @Test
    void shouldEndWhenCancelled() throws Exception {
        // Given
        Cancellation cancellation = new Cancellation();
        Path started = confinement.scratch().resolve("started");
        Thread canceller = new Thread(() -> {
            await(() -> Files.exists(started));
            cancellation.cancel("the test asked", Instant.now());
        });
        canceller.start();

        // When
        Execution execution = session.execute(command("touch /scratch/started; sleep 300"), LONG, cancellation, next());

        // Then
        canceller.join();
        assertThat(execution.end()).isEqualTo(End.CANCELLED);
        assertThat(execution.wall()).isLessThan(LONG);
    }

    @Test
    void shouldLeaveNothingRunningAfterACommandThatEnded() throws Exception {
        // When
        Execution execution = execute("setsid sleep 300 >/dev/null 2>&1 & exit 4");

        // Then
        assertThat(execution.exitCode()).isEqualTo(4);
        execute("ps | grep -c '[s]leep 300'");
        assertThat(output()).isEqualTo("0\n");
    }

    @Test
    void shouldEndACommandThatWritesTooMuch() throws Exception {
        // When
        Execution execution = execute("yes");

        // Then
        assertThat(execution.end()).isEqualTo(End.TOO_MUCH_OUTPUT);
        assertThat(Files.size(folder.resolve("output-" + outputs))).isLessThan(2 << 20);
    }

    @Test
    void shouldSayThatTheMemoryWasNotEnough() throws Exception {
        // When
        Execution execution = execute("exec tail /dev/zero");

        // Then
        assertThat(execution.exitCode()).isEqualTo(137);
        assertThat(output()).contains("may use 128 MB of memory and 64 processes");
    }

    @Test
    void shouldStandStillWhileFrozen() throws Exception {
        // Given
        Freeze freeze = new Freeze(InstantSource.system());
        Duration timeout = Duration.ofSeconds(3);
        Path count = confinement.scratch().resolve("count");
        Path finish = confinement.scratch().resolve("finish");

        // When: it is frozen for longer than its timeout.
        CompletableFuture<Boolean> stood = CompletableFuture.supplyAsync(() -> {
            await(() -> Files.exists(count));
            freeze.hold(Instant.now());
            freeze.settle();
            String paused = sandbox.engine()
                    .control()
                    .inspectContainerCmd(containers().get(0).getId())
                    .exec()
                    .getState()
                    .getStatus();
            await(() -> freeze.frozen().compareTo(timeout) > 0);
            try {
                Files.createFile(finish);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            freeze.release(Instant.MAX);
            freeze.settle();
            return "paused".equals(paused);
        });
        Execution execution = session.execute(
                command("touch /scratch/count; while [ ! -e /scratch/finish ]; do sleep 0.05; done"),
                timeout,
                new Cancellation(freeze),
                next());

        // Then
        assertThat(stood.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(execution.end()).isEqualTo(End.EXITED);
    }

    @Test
    void shouldKnowTheProgramsOfTheImage() {
        // When / Then
        assertThat(session.hasProgram("sh")).isTrue();
        assertThat(session.hasProgram("mvn")).isFalse();
        assertThat(session.programsAre()).isEqualTo("in the image fleet.local/test:1");
    }

    @Test
    void shouldBuildTagAndPruneImages() throws Exception {
        // Given
        Path source = Files.createDirectories(folder.resolve("python"));
        Files.writeString(source.resolve("Dockerfile"), "FROM fleet.local/test:1\nCOPY greeting /greeting\n");
        Files.writeString(source.resolve("greeting"), "hello");
        DockerImages images = sandbox.images();

        // When
        String built = images.ensure("build:" + source);
        String again = images.ensure("build:" + source);
        Files.writeString(source.resolve("greeting"), "good day");
        String changed = images.ensure("build:" + source);
        images.tag(built, "fleet.local/kept", "1");

        // Then
        assertThat(again).isEqualTo(built);
        assertThat(changed).isNotEqualTo(built);
        assertThat(images.has("fleet.local/kept:1")).isTrue();
        session.execute(command("true"), LONG, new Cancellation(), next()); // The test's image is in use: it stays.
        images.prune();
        assertThat(images.has(changed)).isFalse();
        assertThat(images.has("fleet.local/test:1")).isTrue();
    }

    @Test
    void shouldNameTheImageThatIsMissing() {
        // Given
        SandboxSession other = sandbox.open(new SandboxRequest(confinement, "fleet.local/nothing:1", 1 << 20));

        // When / Then
        assertThatThrownBy(() -> other.execute(command("true"), LONG, new Cancellation(), next()))
                .isInstanceOf(SandboxFailedException.class)
                .hasMessageContaining("does not have the image fleet.local/nothing:1");
    }

    @Test
    void shouldSayWhyABuildFails() throws Exception {
        // Given
        Path source = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(source.resolve("Dockerfile"), "FROM fleet.local/test:1\nCOPY nothing /\n");

        // When / Then
        assertThatThrownBy(() -> sandbox.images().ensure("build:" + source))
                .isInstanceOf(SandboxFailedException.class)
                .hasMessageContaining("nothing");
    }

    @Test
    void shouldSweepTheContainersOfWorkersThatAreGone() throws Exception {
        // Given: one whose folder is gone, and one whose attempt is under way.
        Confinement dead = confinement("lease-dead");
        SandboxSession orphaned = sandbox.open(new SandboxRequest(dead, "", 1 << 20));
        orphaned.execute(
                new SandboxedCommand(List.of("true"), dead.root(), Map.of(), List.of(), List.of()),
                LONG,
                new Cancellation(),
                next());
        execute("true");
        Folders.delete(dead.lease());

        // When
        sandbox.sweep(folder.resolve("work"));

        // Then
        assertThat(containers())
                .extracting(container -> container.getLabels().get(DockerSandbox.LEASE))
                .containsExactly(confinement.lease().toString());
    }

    @Test
    void shouldEndAsEnvironmentWhenTheEngineDiesInMidAttempt() throws Exception {
        // Given
        TestRepository repository = TestRepository.init(folder.resolve("repo")).file("a.txt", "a\n");
        repository.commit("first");
        Path work = folder.resolve("harness-work");
        CompletableFuture<Void> killed = new CompletableFuture<>();

        // When: dockerd is killed while a command runs, and comes back after the attempt.
        Run run;
        try {
            run = PlaybookHarness.create()
                    .withSandboxes(given -> OfferedSandboxes.only(fixture.sandbox(LIMITS, work)))
                    .on(
                            Steps.doing(context -> {
                                Path started = context.scratch().resolve("started");
                                Thread killer = new Thread(() -> {
                                    await(() -> Files.exists(started));
                                    try {
                                        fixture.kill();
                                        killed.complete(null);
                                    } catch (InterruptedException e) {
                                        killed.completeExceptionally(e);
                                    }
                                });
                                killer.start();
                                context.tools()
                                        .run(new CommandRequest(
                                                List.of("sh", "-c", "touch /scratch/started; sleep 30"),
                                                "",
                                                Map.of(),
                                                Duration.ofMinutes(2),
                                                List.of(),
                                                true));
                            }),
                            repository.root().toString(),
                            Map.of());
        } finally {
            fixture.startAgain();
        }

        // Then: one outcome, with the remedy, and no container once a worker has started again.
        killed.get(1, TimeUnit.SECONDS);
        assertThat(run.status()).isEqualTo(AttemptEnd.Status.FAILED);
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.ENVIRONMENT);
        assertThat(run.failure().getCode()).isEqualTo("SANDBOX_FAILED");
        assertThat(run.failure().getRemedy()).contains("start the Docker engine");
        assertThat(run.audit()).anySatisfy(event -> assertThat(event.toString()).contains("SANDBOX_FAILED"));
        sandbox.close();
        sandbox = fixture.sandbox(LIMITS, folder.resolve("work"));
        sandbox.sweep(Path.of("/tmp"));
        assertThat(containers()).isEmpty();
    }

    @Test
    void shouldRemoveTheContainerWhenTheEngineIsBack() throws Exception {
        // Given
        execute("true");
        fixture.kill();

        // When
        session.close();

        // Then
        assertThat(sandbox.pending()).containsExactly(confinement.lease().toString());
        fixture.startAgain();
        await(() -> sandbox.pending().isEmpty());
        assertThat(containers()).isEmpty();
    }

    @Test
    void shouldRefuseAnEngineThatIsNotThere() {
        // Given
        DockerOptions nowhere =
                new DockerOptions("unix://" + folder + "/none.sock", DockerFixture.images(), false, LIMITS);

        // When / Then
        assertThatThrownBy(() -> DockerSandbox.connect(nowhere, folder.resolve("work")))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("none.sock")
                .hasMessageContaining("start the Docker engine");
    }

    @Test
    void shouldPullAnImageOnlyWhenAllowed() {
        // Given: no registry can be reached from here.
        DockerSandbox pulling = DockerSandbox.connect(
                new DockerOptions(
                        fixture.address(), ImageCatalogue.parse(List.of("java=127.0.0.1:9/no/such:1")), true, LIMITS),
                folder.resolve("work"));

        // When / Then
        try {
            assertThatThrownBy(() -> pulling.images().ensure("127.0.0.1:9/no/such:1"))
                    .isInstanceOf(SandboxFailedException.class)
                    .hasMessageContaining("could not be pulled");
        } finally {
            pulling.close();
        }
    }

    private List<Container> containers() {
        return sandbox.engine()
                .control()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(DockerSandbox.LEASE))
                .exec();
    }

    private Execution execute(String script) throws Exception {
        return session.execute(command(script), LONG, new Cancellation(), next());
    }

    private SandboxedCommand command(String script) {
        return new SandboxedCommand(List.of("sh", "-c", script), confinement.root(), Map.of(), List.of(), List.of());
    }

    private Path next() {
        outputs++;
        return folder.resolve("output-" + outputs);
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output-" + outputs));
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
