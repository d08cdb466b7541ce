package io.sweaifleet.agent.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.Toolbox.CommandRequest;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.Steps;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.CommandExecutor.End;
import io.sweaifleet.agent.sandbox.CommandExecutor.Execution;
import io.sweaifleet.agent.sandbox.Confinement;
import io.sweaifleet.agent.sandbox.Folders;
import io.sweaifleet.agent.sandbox.SandboxLimits;
import io.sweaifleet.agent.sandbox.SandboxRequest;
import io.sweaifleet.agent.sandbox.SandboxSession;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.SandboxedCommand;
import io.sweaifleet.agent.sandbox.offer.OfferedSandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands in the pods of a real cluster; see {@link KubernetesFixture} for how to give one. */
@Timeout(180)
class KubernetesSandboxIT {

    private static final SandboxLimits LIMITS = new SandboxLimits(128L << 20, 64, 1_500, 64L << 20, 256L << 20);
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private KubernetesSandbox sandbox;
    private Confinement confinement;
    private SandboxSession session;
    private int outputs;

    @BeforeEach
    void open() throws IOException {
        folder = folder.toRealPath();
        sandbox = KubernetesFixture.sandbox(LIMITS, folder.resolve("work"));
        confinement = confinement("lease-1");
        session = sandbox.open(new SandboxRequest(confinement, "", 1 << 20));
    }

    @AfterEach
    void nothingIsLeft() {
        if (sandbox != null) {
            session.close();
            await(() -> jobs().isEmpty());
            assertThat(jobs()).isEmpty();
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
    void shouldTakeEveryRightFromThePod() throws Exception {
        // When
        Execution execution = execute("id -u; touch /x; touch in-clone /scratch/in-scratch /tmp/in-tmp;"
                + " grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status;"
                + " ls /var/run/secrets/kubernetes.io; env");

        // Then: as the cluster sees it, and as the command does.
        assertThat(execution.end()).isEqualTo(End.EXITED);
        Pod pod = pods().get(0);
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSpec().getContainers().get(0).getResources().getLimits())
                .containsKeys("memory", "cpu", "ephemeral-storage");
        assertThat(pod.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getKind()).isEqualTo("Job"));
        assertThat(output())
                .doesNotContainPattern("(?m)^0$")
                .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2")
                .contains("/x: Read-only file system", "FLEET_RUN=default/t-1")
                .contains("/var/run/secrets/kubernetes.io: No such file")
                .doesNotContain("JAVA_HOME");
        assertThat(confinement.root().resolve("in-clone")).exists();
        assertThat(confinement.scratch().resolve("in-scratch")).exists();
    }

    @Test
    void shouldDenyEveryConnectionOfTheNamespace() {
        // When
        NetworkPolicy policy = sandbox.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(KubernetesFixture.NAMESPACE)
                .withName("fleet-deny-all")
                .get();

        // Then: for all pods, in both directions, nothing is allowed. That it acts is EscapeSuite's to show.
        assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isNullOrEmpty();
        assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(policy.getSpec().getIngress()).isNullOrEmpty();
        assertThat(policy.getSpec().getEgress()).isNullOrEmpty();
    }

    @Test
    void shouldLetTheApiServerRefuseAPodWithRights() {
        // When / Then: whoever makes it.
        assertThatThrownBy(() -> sandbox.client()
                        .pods()
                        .inNamespace(KubernetesFixture.NAMESPACE)
                        .resource(new PodBuilder()
                                .withNewMetadata()
                                .withName("with-rights")
                                .endMetadata()
                                .withNewSpec()
                                .addNewContainer()
                                .withName("one")
                                .withImage("fleet.local/busybox:1")
                                .withNewSecurityContext()
                                .withPrivileged(true)
                                .endSecurityContext()
                                .endContainer()
                                .endSpec()
                                .build())
                        .create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("violates PodSecurity \"restricted");
    }

    @Test
    void shouldUseOnePodForTheWholeAttemptAndTellExitCodesAndOutput() throws Exception {
        // When
        Execution kept = execute("echo kept > /tmp/file; echo to-err >&2");
        assertThat(kept.exitCode()).as(output()).isZero();
        assertThat(output()).isEqualTo("to-err\n");
        String first = pods().get(0).getMetadata().getName();
        Execution second = execute("cat /tmp/file; exit 7");

        // Then
        assertThat(second.exitCode()).as(output()).isEqualTo(7);
        assertThat(output()).isEqualTo("kept\n");
        assertThat(pods()).extracting(pod -> pod.getMetadata().getName()).containsExactly(first);
    }

    @Test
    void shouldCarryTheWorkersFilesThereAndWhatTheCommandDidBack() throws Exception {
        // Given: what the worker wrote and removed between two commands.
        Files.writeString(confinement.root().resolve("old"), "old");
        execute("true");
        Files.delete(confinement.root().resolve("old"));
        Path file = Files.writeString(confinement.root().resolve("edited"), "by the worker\n");

        // When
        Execution execution = execute("ls old; echo by the command >> edited && chmod +x edited; echo x > .git/x");

        // Then: git's own folder comes back as it was.
        assertThat(execution.exitCode()).as(output()).isZero();
        assertThat(output()).contains("old: No such file");
        assertThat(file).hasContent("by the worker\nby the command");
        assertThat(Files.isExecutable(file)).isTrue();
        assertThat(confinement.root().resolve(".git/x")).doesNotExist();
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
        execute("for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done | grep -c '^sleep 300'");
        assertThat(output()).isEqualTo("0\n");
    }

    @Test
    void shouldEndWhenCancelled() throws Exception {
        // Given: the pod is up.
        execute("true");
        Cancellation cancellation = new Cancellation();
        Path output = next();
        Thread canceller = new Thread(() -> {
            await(() -> output.toFile().length() > 0);
            cancellation.cancel("the test asked", Instant.now());
        });
        canceller.start();

        // When
        Execution execution = session.execute(command("echo started; sleep 300"), LONG, cancellation, output);

        // Then
        canceller.join();
        assertThat(execution.end()).isEqualTo(End.CANCELLED);
        assertThat(execution.wall()).isLessThan(LONG);
    }

    @Test
    void shouldSayThatTheMemoryWasNotEnough() throws Exception {
        // When
        Execution execution = execute("exec tail /dev/zero");

        // Then
        assertThat(execution.exitCode()).as(output()).isEqualTo(137);
        assertThat(output()).contains("may use 128 MB of memory and 64 processes");
    }

    @Test
    void shouldDeleteTheJobsOfWorkersThatAreGone() throws Exception {
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
        await(() -> jobs().size() == 1);
        assertThat(jobs())
                .extracting(job -> job.getMetadata().getAnnotations().get(KubernetesSandbox.LEASE))
                .containsExactly(confinement.lease().toString());
    }

    @Test
    void shouldEndWithOneOutcomeWhenThePodIsDeletedInMidAttempt() throws Exception {
        // Given
        TestRepository repository = TestRepository.init(folder.resolve("repo")).file("a.txt", "a\n");
        repository.commit("first");
        Path work = folder.resolve("harness-work");

        // When
        Run run = PlaybookHarness.create()
                .withSandboxes(given -> OfferedSandboxes.only(KubernetesFixture.sandbox(LIMITS, work)))
                .on(
                        Steps.doing(context -> {
                            Thread killer = new Thread(() -> {
                                await(() -> runningPods(work) == 1);
                                pods().forEach(pod -> sandbox.client()
                                        .resource(pod)
                                        .withGracePeriod(0)
                                        .delete());
                            });
                            killer.start();
                            context.tools()
                                    .run(new CommandRequest(
                                            List.of("sh", "-c", "sleep 60"),
                                            "",
                                            Map.of(),
                                            Duration.ofMinutes(2),
                                            List.of(),
                                            true));
                            killer.join();
                        }),
                        repository.root().toString(),
                        Map.of());

        // Then: the command failed, which its playbook was told; nothing of it is left.
        assertThat(run.status()).isIn(AttemptEnd.Status.SUCCEEDED, AttemptEnd.Status.FAILED);
        assertThat(run.audit()).anySatisfy(event -> assertThat(event.toString()).contains("sleep 60"));
        await(() -> jobs().isEmpty());
        assertThat(jobs()).isEmpty();
        await(() -> pods().isEmpty());
        assertThat(pods()).isEmpty();
    }

    @Test
    void shouldRefuseANamespaceThatDoesNotRestrictItsPods() {
        // Given
        String lax = "fleet-agents-lax";
        sandbox.client()
                .namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(lax)
                        .endMetadata()
                        .build())
                .serverSideApply();
        KubernetesOptions options = sandbox.options();

        // When / Then
        assertThatThrownBy(() -> KubernetesSandbox.connect(
                        new KubernetesOptions(options.kubeconfig(), lax, options.images(), LIMITS),
                        folder.resolve("work")))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("does not hold its pods to the restricted standard");
    }

    private List<Job> jobs() {
        return sandbox.client()
                .batch()
                .v1()
                .jobs()
                .inNamespace(KubernetesFixture.NAMESPACE)
                .withLabels(KubernetesSandbox.OURS)
                .list()
                .getItems();
    }

    private List<Pod> pods() {
        return sandbox.client()
                .pods()
                .inNamespace(KubernetesFixture.NAMESPACE)
                .withLabels(KubernetesSandbox.OURS)
                .list()
                .getItems();
    }

    /** Pods in which the test's command runs: those of other sessions have ended by then. */
    private long runningPods(Path work) {
        boolean underWay = Files.isDirectory(work);
        return underWay
                ? pods().stream()
                        .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                        .count()
                : 0;
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
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
