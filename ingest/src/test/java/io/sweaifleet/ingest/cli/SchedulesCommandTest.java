package io.sweaifleet.ingest.cli;

import static io.sweaifleet.ingest.testing.Records.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.ingest.submit.RunIds;
import io.sweaifleet.ingest.testing.Cli;
import io.sweaifleet.ingest.testing.FakeFleet;
import io.sweaifleet.schemas.schedule.OverlapPolicy;
import io.sweaifleet.schemas.schedule.Schedule;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code fleet schedules} writes to the topic of schedules, and reads from it. */
@Timeout(60)
class SchedulesCommandTest {

    private static final Clock CLOCK = Clock.fixed(START.plusSeconds(60), ZoneOffset.UTC);
    private static final String NIGHTLY =
            """
            id: nightly
            cron: "30 2 * * *"
            timeZone: Europe/Berlin
            overlap: buffer-one
            catchUpWindowMs: 2h
            workflow:
              repository: shop
              tasks:
                - id: tests
                  kind: qa.run-tests
                  role: qa
            """;

    @TempDir
    Path directory;

    private final Cli cli = new Cli();
    private final FakeFleet fleet = new FakeFleet();

    private int run(String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--set", "fleet.kafka.bootstrap-servers=fake:1"));
        return runBare(all.toArray(String[]::new));
    }

    private int runBare(String... words) {
        CliContext context = new CliContext(
                cli.pipe(directory, ""), Optional.empty(), fleet::with, CLOCK, new RunIds(CLOCK, new Random(1)));
        return FleetCli.execute(context, false, words);
    }

    private int apply(String yaml) throws Exception {
        Files.writeString(directory.resolve("schedule.yaml"), yaml);
        return run("schedules", "apply", "schedule.yaml");
    }

    private Schedule written(int at) {
        return fleet.decode(Schedule.class, fleet.records(FleetTopic.SCHEDULES).get(at));
    }

    @Test
    void shouldApplyAScheduleOnceAndRaiseItsVersionWhenItChanges() throws Exception {
        // When
        int first = apply(NIGHTLY);
        apply(NIGHTLY);
        apply(NIGHTLY.replace("30 2", "45 3"));

        // Then
        assertThat(first).as(cli.err()).isZero();
        assertThat(cli.out())
                .isEqualTo("nightly is version 1 now; next at 2026-02-01T01:30:00Z\n"
                        + "nightly is unchanged; next at 2026-02-01T01:30:00Z\n"
                        + "nightly is version 2 now; next at 2026-02-01T02:45:00Z\n");
        assertThat(fleet.records(FleetTopic.SCHEDULES))
                .hasSize(2)
                .allSatisfy(record -> assertThat(new String(record.key())).isEqualTo("default/nightly"));
        assertThat(written(0)).satisfies(schedule -> {
            assertThat(schedule.getOverlap()).isEqualTo(OverlapPolicy.BUFFER_ONE);
            assertThat(schedule.getCatchUpWindowMs()).isEqualTo(7_200_000);
            assertThat(schedule.getWorkflow().getRepository())
                    .isEqualTo(directory.resolve("shop").toString());
        });
    }

    @Test
    void shouldNameLineAndFieldOfWhatIsWrongAndApplyNothing() throws Exception {
        // When
        int exit = apply(NIGHTLY.replace("30 2 * * *", "30 25 * * *"));

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err())
                .contains("schedule.yaml is not a schedule; nothing was applied")
                .contains("cron (line 2) = 30 25 * * *")
                .contains("Give five fields");
        assertThat(fleet.records(FleetTopic.SCHEDULES)).isEmpty();
    }

    @Test
    void shouldNameTheLineOfAWrongTask() throws Exception {
        // When
        int exit = apply(NIGHTLY + "      notBefore: 2026-02-01T00:00:00Z\n");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err())
                .contains("workflow.tasks[0].notBefore (line 12)")
                .contains("Use delayMs, counted from the time of the firing");
    }

    @Test
    void shouldPauseResumeAndRemove() throws Exception {
        // Given
        apply(NIGHTLY);

        // When
        int paused = run("schedules", "pause", "nightly");
        int resumed = run("schedules", "resume", "nightly");
        int removed = run("schedules", "remove", "nightly");
        int again = run("schedules", "remove", "nightly");

        // Then
        assertThat(List.of(paused, resumed, removed)).as(cli.err()).containsOnly(0);
        assertThat(cli.out())
                .contains("nightly is version 2 now; it is paused\n")
                .contains("nightly is version 3 now; next at 2026-02-01T01:30:00Z\n")
                .endsWith("nightly is removed\n");
        assertThat(written(1).getPaused()).isTrue();
        assertThat(written(2).getPaused()).isFalse();
        assertThat(fleet.records(FleetTopic.SCHEDULES).get(3).value()).isNull();
        assertThat(again).isEqualTo(ExitCode.FAILED);
        assertThat(cli.err()).contains("pool default has no schedule nightly");
    }

    @Test
    void shouldShowTheNextTimesInTheZoneAndInUtc() throws Exception {
        // Given
        apply(NIGHTLY.replace("30 2 * * *", "30 2 28-30 3 *"));

        // When
        int exit = run("schedules", "next", "nightly", "-n", "3");

        // Then
        assertThat(exit).as(cli.err()).isZero();
        assertThat(cli.out().lines().skip(1).map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "TIME UTC DUE",
                        "2026-03-28T02:30+01:00 2026-03-28T01:30:00Z 2026-03-28T01:30:00Z",
                        "2026-03-29T03:00+02:00 2026-03-29T01:00:00Z 2026-03-29T01:00:00Z",
                        "2026-03-30T02:30+02:00 2026-03-30T00:30:00Z 2026-03-30T00:30:00Z");
    }

    @Test
    void shouldSayWhichCommandsThereAre() {
        // When
        int exit = runBare("schedules");

        // Then
        assertThat(exit).isEqualTo(ExitCode.USAGE);
        assertThat(cli.err()).contains("Missing command: apply, list, next, pause, resume or remove");
    }
}
