package io.sweaifleet.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.core.TaskEventType;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of core when its partition moves. */
class RebalanceTest {

    private final TestFleet fleet = TestFleet.withRoles("qa");

    @AfterEach
    void close() {
        fleet.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepItsTimersWhenThePartitionIsRevokedAndComesBack(boolean asStandby)
            throws ReflectiveOperationException {
        // Given
        fleet.submit(TestFleet.task("later", "qa")
                .setNotBefore(fleet.now().plusSeconds(10))
                .build());
        int ticks = fleet.revokeAndGiveBack(asStandby);
        fleet.events();

        // When
        fleet.pass(Duration.ofSeconds(11));

        // Then
        assertThat(ticks).isEqualTo(1);
        assertThat(fleet.events()).anySatisfy(event -> {
            assertThat(event.getType()).isEqualTo(TaskEventType.TASK_READY);
            assertThat(event.getTaskId()).isEqualTo("later");
        });
    }
}
