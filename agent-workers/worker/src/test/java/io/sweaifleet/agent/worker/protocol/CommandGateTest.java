package io.sweaifleet.agent.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.worker.protocol.CommandGate.Verdict;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.WorkerCommand;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CommandGateTest {

    private final CommandGate gate = new CommandGate("default", "w1", 100);

    @Test
    void shouldApplyCommandsInSequenceAndIgnoreRepeatedOnes() {
        // When / Then
        assertThat(gate.judge(Samples.command(100, 1, CommandType.WELCOME))).isEqualTo(Verdict.APPLY);
        assertThat(gate.judge(Samples.command(100, 2, CommandType.ASSIGN))).isEqualTo(Verdict.APPLY);
        assertThat(gate.judge(Samples.command(100, 2, CommandType.ASSIGN))).isEqualTo(Verdict.DUPLICATE);
        assertThat(gate.judge(Samples.command(100, 1, CommandType.WELCOME))).isEqualTo(Verdict.DUPLICATE);
        assertThat(gate.lastApplied()).isEqualTo(2);
    }

    @Test
    void shouldIgnoreCommandsForOthers() {
        // Given
        WorkerCommand otherWorker = WorkerCommand.newBuilder(Samples.command(100, 1, CommandType.WELCOME))
                .setWorkerId("w2")
                .build();
        WorkerCommand otherPool = WorkerCommand.newBuilder(Samples.command(100, 1, CommandType.WELCOME))
                .setPool("other")
                .build();

        // When / Then
        assertThat(gate.judge(otherWorker)).isEqualTo(Verdict.NOT_MINE);
        assertThat(gate.judge(otherPool)).isEqualTo(Verdict.NOT_MINE);
        assertThat(gate.judge(Samples.command(99, 1, CommandType.WELCOME))).isEqualTo(Verdict.NOT_MINE);
        assertThat(gate.judge(Samples.command(99, 1, CommandType.REINTRODUCE))).isEqualTo(Verdict.NOT_MINE);
        assertThat(gate.lastApplied()).isZero();
    }

    @Test
    void shouldNoticeAGap() {
        // Given
        gate.judge(Samples.command(100, 1, CommandType.WELCOME));

        // When
        Verdict verdict = gate.judge(Samples.command(100, 3, CommandType.ASSIGN));

        // Then
        assertThat(verdict).isEqualTo(Verdict.REINTRODUCE);
        assertThat(gate.lastApplied()).isEqualTo(1);
    }

    @Test
    void shouldHonourReintroduceWhateverItsSequence() {
        // Given
        gate.judge(Samples.command(100, 1, CommandType.WELCOME));
        gate.judge(Samples.command(100, 2, CommandType.ASSIGN));

        // When / Then: a core without state for the worker counts from 1
        assertThat(gate.judge(Samples.command(100, 1, CommandType.REINTRODUCE))).isEqualTo(Verdict.REINTRODUCE);
    }

    @Test
    void shouldBeginAHigherIncarnationEvenWhenTheClockWentBack() {
        // When
        long next = gate.reintroduce(50);

        // Then
        assertThat(next).isEqualTo(101);
        assertThat(gate.judge(Samples.command(100, 1, CommandType.WELCOME))).isEqualTo(Verdict.NOT_MINE);
        assertThat(gate.judge(Samples.command(101, 1, CommandType.WELCOME))).isEqualTo(Verdict.APPLY);
    }

    @Property
    void shouldApplyEachSequenceOnceAndInOrderWhateverArrives(
            @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 12) Integer> arrivals) {
        // Given
        CommandGate any = new CommandGate("default", "w1", 100);
        List<Integer> applied = new ArrayList<>();

        // When
        for (int sequence : arrivals) {
            if (any.judge(Samples.command(100, sequence, CommandType.ASSIGN)) == Verdict.APPLY) {
                applied.add(sequence);
            }
        }

        // Then
        for (int i = 0; i < applied.size(); i++) {
            assertThat(applied.get(i)).isEqualTo(i + 1);
        }
    }
}
