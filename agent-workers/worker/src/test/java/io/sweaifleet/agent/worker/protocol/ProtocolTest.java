package io.sweaifleet.agent.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.HeldLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is decided, before any of it is done. */
class ProtocolTest {

    private static final AgentHandle ACTOR = call -> {};

    private final Noted noted = new Noted();
    private Instant now = Instant.ofEpochMilli(1_000_000);
    private final Protocol protocol = new Protocol(Samples.identity(), WorkerTimings.DEFAULT, now);
    private long sequence;

    @BeforeEach
    void begin() {
        protocol.role("qa", Samples.role("qa", 1, 1, 2));
        protocol.hire(new Agent("qa-1@w1", "qa", ACTOR));
        protocol.introduce(List.of());
        decide(CommandType.WELCOME, "");
    }

    @Test
    void shouldListALeaseFromTheMomentItIsDecidedOn() {
        // When
        List<Effect> undone = assign("l1");

        // Then
        assertThat(undone).hasSize(1);
        assertThat(protocol.heartbeat(now).orElseThrow()).satisfies(heartbeat -> {
            assertThat(heartbeat.getLastCommandSequence()).isEqualTo(2);
            assertThat(heartbeat.getLeases()).extracting(HeldLease::getLeaseId).containsExactly("l1");
        });
    }

    @Test
    void shouldNotBeginAnAttemptWhoseCancellationIsDecidedButNotYetDone() {
        // Given
        carryOut(assign("l1"));
        AgentCall call = noted.calls.get(0);

        // When
        List<Effect> undone = decide(CommandType.CANCEL, "l1");

        // Then
        assertThat(protocol.begin(call, now)).isEmpty();
        carryOut(undone);
        assertThat(noted.ends).extracting(Ending::type).containsExactly(AgentResultType.CANCELLED);
    }

    @Test
    void shouldAskOnceForTheEndOfAnAttemptThatTakesTooLong() {
        // Given
        carryOut(assign("l1"));
        assertThat(protocol.begin(noted.calls.get(0), now)).isPresent();
        now = now.plus(Duration.ofMinutes(1));

        // When
        carryOut(protocol.due(now));
        carryOut(protocol.due(now));

        // Then
        assertThat(noted.killed).containsExactly("l1");
        assertThat(noted.replaced).isEmpty();
        carryOut(protocol.due(now.plus(WorkerTimings.DEFAULT.stopGrace())));
        assertThat(noted.replaced).containsExactly("l1");
    }

    @Test
    void shouldKeepTheOldActorWhenItCameBackWhileAFreshOneWasMade() {
        // Given
        carryOut(assign("l1"));
        carryOut(assign("l2"));
        Protocol.Turn first = protocol.begin(noted.calls.get(0), now).orElseThrow();
        protocol.rest(first.agent(), first.lease());
        Protocol.Turn second = protocol.begin(noted.calls.get(1), now).orElseThrow();
        AgentHandle fresh = call -> {};

        // When
        carryOut(protocol.move(first.agent(), first.lease(), fresh));

        // Then
        assertThat(noted.takenBack).containsExactly(fresh);
        assertThat(noted.abandoned).isEmpty();
        assertThat(first.agent().current).isSameAs(second.lease());
    }

    @Test
    void shouldGoWithTheFreshActorWhenTheRoleWasRemovedMeanwhile() {
        // Given
        carryOut(assign("l1"));
        Protocol.Turn turn = protocol.begin(noted.calls.get(0), now).orElseThrow();
        assertThat(protocol.role("qa", null).idle()).isEmpty();
        carryOut(decide(CommandType.CANCEL, "l1"));
        carryOut(protocol.giveUpOn(turn.lease()));
        AgentHandle fresh = call -> {};

        // When
        carryOut(protocol.move(turn.agent(), turn.lease(), fresh));

        // Then
        assertThat(noted.abandoned).containsExactly(ACTOR);
        assertThat(noted.takenBack).containsExactly(fresh);
    }

    private List<Effect> assign(String lease) {
        return protocol.command(
                Samples.assign(protocol.incarnation(), ++sequence, Samples.assignment(lease, "qa")), now);
    }

    private List<Effect> decide(CommandType type, String lease) {
        return protocol.command(Samples.about(protocol.incarnation(), ++sequence, type, lease), now);
    }

    private void carryOut(List<Effect> effects) {
        effects.forEach(effect -> effect.by(noted));
    }

    /** Hands that note what they are asked to do. */
    private static final class Noted implements Hands {

        private final List<AgentCall> calls = new ArrayList<>();
        private final List<Ending> ends = new ArrayList<>();
        private final List<String> killed = new ArrayList<>();
        private final List<String> replaced = new ArrayList<>();
        private final List<AgentHandle> takenBack = new ArrayList<>();
        private final List<AgentHandle> abandoned = new ArrayList<>();

        @Override
        public void submit(AgentHandle actor, AgentCall call) {
            calls.add(call);
        }

        @Override
        public void reportEnd(Lease lease, Ending ending) {
            ends.add(ending);
        }

        @Override
        public void kill(Lease lease, String reason, Instant at) {
            killed.add(lease.id());
        }

        @Override
        public void replace(Agent agent, Lease stuck) {
            replaced.add(stuck.id());
        }

        @Override
        public void takeBack(AgentHandle actor) {
            takenBack.add(actor);
        }

        @Override
        public void abandon(AgentHandle actor) {
            abandoned.add(actor);
        }

        @Override
        public void reportAgain(AgentResult result) {}

        @Override
        public void flush(LeaseReporter reporter, Instant at) {}

        @Override
        public void forget(String leaseId) {}

        @Override
        public void beatSoon() {}

        @Override
        public void welcomed() {}
    }
}
