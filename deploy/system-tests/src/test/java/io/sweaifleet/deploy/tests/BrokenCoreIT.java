package io.sweaifleet.deploy.tests;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.deploy.chaos.Proof;
import io.sweaifleet.deploy.chaos.history.HistoryDirectory;
import io.sweaifleet.deploy.chaos.run.ChaosRun;
import io.sweaifleet.deploy.chaos.run.PlannedFault;
import io.sweaifleet.topology.core.domain.BrokenRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole fleets with a rule of core broken on purpose, under the load and the faults of {@code fleet chaos}: it is noticed. */
@Tag("heavy")
@Timeout(value = 9, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenCoreIT {

    private static final String RULES = "io.sweaifleet.topology.core.domain.";

    private static final Duration LENGTH = Duration.ofSeconds(26);

    /** So low that an instance which is stopped for a while is taken for dead. */
    private static final String SESSION_TIMEOUT = "1500ms";

    /** What a broken core forgets never ends. */
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    @BeforeAll
    static void useTheDistribution() throws Exception {
        System.setProperty(
                "fleet.home",
                Path.of("..", "distribution", "target", "fleet").toRealPath().toString());
    }

    /** Exactly-once is off: what an instance did before it was killed is neither taken back nor done with its offsets. */
    public static final class AtLeastOnce {

        private AtLeastOnce() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return Properties properties) {
            properties.put("processing.guarantee", "at_least_once");
        }
    }

    @Test
    void shouldNoticeACoreThatAsksNeitherItsLedgerNorItsKeys() throws Exception {
        // Given: two breaks in one fleet, of which each shows by a check of its own
        Map<String, byte[]> mutants = Map.of(
                RULES + "Submissions", weave(RULES + "Submissions", "on", BrokenRules.ForgetfulLedger.class),
                RULES + "Gates", weave(RULES + "Gates", "enter", BrokenRules.OpenGate.class));

        // When
        Proof proof = run(
                mutants, List.of(new PlannedFault(LENGTH.toMillis() / 2, "worker-south", PlannedFault.Kind.KILL, 0)));

        // Then
        assertThat(violations(proof, "one-outcome"))
                .anySatisfy(violation -> assertThat(violation).contains("has 2 outcomes"));
        assertThat(violations(proof, "concurrency-keys"))
                .anySatisfy(violation -> assertThat(violation).contains("hold leases"))
                .anySatisfy(violation -> assertThat(violation).contains("by the agents' log"));
    }

    @Test
    void shouldNoticeACoreWithoutTheFenceOfTransactions() throws Exception {
        // Given
        String properties = "io.sweaifleet.topology.StreamsProperties";
        Map<String, byte[]> mutants = Map.of(properties, weave(properties, "core", AtLeastOnce.class));

        // When: an instance that was taken for dead goes on where it stood
        Proof proof = run(
                mutants,
                IntStream.range(0, 5)
                        .mapToObj(i -> new PlannedFault(
                                4_000 + 4_500 * i, "core-" + (1 + i % 2), PlannedFault.Kind.STOP, 3_500))
                        .toList());

        // Then
        assertThat(violations(proof, "journal-numbers"))
                .anySatisfy(violation -> assertThat(violation).contains("has two events"));
    }

    private Proof run(Map<String, byte[]> mutants, List<PlannedFault> faults) throws Exception {
        Path jar = Mutants.jar(directory.toRealPath().resolve("mutants.jar"), mutants);
        HistoryDirectory history = new HistoryDirectory(directory.toRealPath().resolve("history"));
        new ChaosRun(
                        1,
                        LENGTH,
                        FINISH_WITHIN,
                        40,
                        ChaosRun.Size.SMALL,
                        faults,
                        Map.of(
                                "fleet.node.jvm-options.topology",
                                "-javaagent:" + jar,
                                "fleet.topology.session-timeout",
                                SESSION_TIMEOUT))
                .run(directory.toRealPath().resolve("nodes"), history, System.out);
        String log = Files.readString(directory.resolve("nodes/core-1/logs/topology.log"));
        assertThat(mutants.keySet()).allSatisfy(broken -> assertThat(log)
                .contains("a mutant takes the place of " + broken.replace('.', '/')));
        Proof proof = Proof.of(history);
        proof.verdicts().forEach((check, verdict) -> verdict.violations().stream()
                .limit(3)
                .forEach(violation -> System.out.println(check.name() + ": " + violation)));
        assertThat(proof.holds()).isFalse();
        return proof;
    }

    private static List<String> violations(Proof proof, String check) {
        return proof.verdicts().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(check))
                .flatMap(entry -> entry.getValue().violations().stream())
                .toList();
    }

    private static byte[] weave(String type, String method, Class<?> advice) {
        ClassFileLocator classes = ClassFileLocator.ForClassLoader.of(BrokenCoreIT.class.getClassLoader());
        TypePool pool = TypePool.Default.of(BrokenCoreIT.class.getClassLoader());
        try (var woven = new ByteBuddy()
                .redefine(pool.describe(type).resolve(), classes)
                .visit(Advice.to(advice).on(named(method)))
                .make()) {
            return woven.getBytes();
        }
    }
}
