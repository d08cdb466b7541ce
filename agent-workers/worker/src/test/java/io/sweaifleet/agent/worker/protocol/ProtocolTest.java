package io.sweaifleet.agent.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.Freeze;
import io.sweaifleet.schemas.worker.AgentResult;
import io.sweaifleet.schemas.worker.AgentResultType;
import io.sweaifleet.schemas.worker.CommandType;
import io.sweaifleet.schemas.worker.HeldLease;
import io.sweaifleet.schemas.worker.RoleCapacity;
import io.sweaifleet.schemas.worker.WorkerCommand;
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
    private final Freeze freeze = new Freeze(() -> now);
    private final Protocol protocol = new Protocol(Samples.identity(), WorkerTimings.DEFAULT, freeze, now);
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
    void shouldOfferOnlyAgentsThatAreThere() {
        // Given: on a cluster they take some seconds each
        protocol.role("qa", Samples.role("qa", 2, 3, 2));
        RoleCapacity before = onlyRole();

        // When
        protocol.hire(new Agent("qa-2@w1", "qa", ACTOR));

        // Then
        assertThat(before.getAgents()).isEqualTo(1);
        assertThat(before.getSlots()).isEqualTo(2);
        assertThat(onlyRole().getAgents()).isEqualTo(2);
        assertThat(onlyRole().getSlots()).isEqualTo(4);
    }

    private RoleCapacity onlyRole() {
        List<RoleCapacity> roles = protocol.heartbeat(now).orElseThrow().getRoles();
        assertThat(roles).hasSize(1);
        return roles.get(0);
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

    @Test
    void shouldFreezeWhatRunsAndAskWhenNoHeartbeatOfALeasesTimeWasAcknowledged() {
        // Given
        heardOf(beat());
        carryOut(assign("l1"));
        now = now.plusMillis(29_999);
        carryOut(protocol.due(now));
        assertThat(freeze.isFrozen()).isFalse();
        assertThat(protocol.heartbeat(now).orElseThrow()).satisfies(heartbeat -> {
            assertThat(heartbeat.getFreezes()).isTrue();
            assertThat(heartbeat.getConfirm()).isFalse();
        });

        // When
        now = now.plusMillis(1);
        carryOut(protocol.due(now));
        carryOut(protocol.due(now));

        // Then
        assertThat(freeze.isFrozen()).isTrue();
        assertThat(noted.settled).containsExactly(true);
        assertThat(protocol.heartbeat(now).orElseThrow().getConfirm()).isTrue();
    }

    @Test
    void shouldGoOnWithWhatCoreListsAndStopTheRest() {
        // Given
        heardOf(beat());
        carryOut(assign("l1"));
        carryOut(assign("l2"));
        protocol.begin(noted.calls.get(0), now);
        passALease();

        // When
        carryOut(protocol.command(confirm(beat(), List.of("l1")), now));

        // Then
        assertThat(freeze.isFrozen()).isFalse();
        assertThat(noted.settled).containsExactly(true, false);
        assertThat(noted.killed).isEmpty();
        assertThat(noted.ends).extracting(Ending::type).containsExactly(AgentResultType.CANCELLED);
        assertThat(protocol.begin(noted.calls.get(1), now)).isEmpty();
    }

    @Test
    void shouldStayFrozenOnAnAnswerThatWasUnderWayForALeasesTime() {
        // Given
        heardOf(beat());
        carryOut(assign("l1"));
        passALease();
        long asked = beat();
        passALease();

        // When
        carryOut(protocol.command(confirm(asked, List.of("l1")), now));

        // Then
        assertThat(freeze.isFrozen()).isTrue();
        assertThat(protocol.heartbeat(now).orElseThrow().getConfirm()).isTrue();
    }

    @Test
    void shouldStayFrozenUntilCoreListsWhateverElseItSays() {
        // Given
        heardOf(beat());
        carryOut(assign("l1"));
        passALease();

        // When
        heardOf(beat());

        // Then
        assertThat(freeze.isFrozen()).isTrue();
        carryOut(protocol.command(confirm(beat(), List.of("l1")), now));
        assertThat(freeze.isFrozen()).isFalse();
    }

    @Test
    void shouldNotBeginWhatWasGivenBeforeTheAnswerThatDoesNotListIt() {
        // Given: nothing to freeze, but core is not known to hear
        heardOf(beat());
        passALease();

        // When
        carryOut(assign("l1"));

        // Then
        assertThat(freeze.isFrozen()).isTrue();
        carryOut(protocol.command(confirm(beat(), List.of()), now));
        assertThat(protocol.begin(noted.calls.get(0), now)).isEmpty();
    }

    @Test
    void shouldNotFreezeForACoreThatDoesNotAcknowledge() {
        // Given
        carryOut(assign("l1"));

        // When
        passALease();

        // Then
        assertThat(freeze.isFrozen()).isFalse();
    }

    @Test
    void shouldNotCountTheTimeInWhichAnAttemptWasFrozen() {
        // Given
        heardOf(beat());
        carryOut(assign("l1"));
        protocol.begin(noted.calls.get(0), now);

        // When: 30 s of 60 pass, then 600 s frozen, then all but one of the rest
        now = now.plusSeconds(30 + 600);
        carryOut(protocol.due(now));
        carryOut(protocol.command(confirm(beat(), List.of("l1")), now));
        now = now.plusSeconds(29);
        heardOf(beat());
        carryOut(protocol.due(now));

        // Then
        assertThat(noted.killed).isEmpty();
        assertThat(protocol.heartbeat(now).orElseThrow().getLeases())
                .extracting(HeldLease::getFrozenMs)
                .containsExactly(600_000L);
        carryOut(protocol.due(now.plusSeconds(1)));
        assertThat(noted.killed).containsExactly("l1");
    }

    /** A heartbeat is made; its number. */
    private long beat() {
        return protocol.heartbeat(now).orElseThrow().getSequence();
    }

    /** Core says something that names a heartbeat. */
    private void heardOf(long heartbeat) {
        carryOut(protocol.command(
                WorkerCommand.newBuilder(
                                Samples.about(protocol.incarnation(), ++sequence, CommandType.ACKNOWLEDGE, "other"))
                        .setHeartbeat(heartbeat)
                        .build(),
                now));
    }

    private WorkerCommand confirm(long heartbeat, List<String> leases) {
        return WorkerCommand.newBuilder(Samples.command(protocol.incarnation(), ++sequence, CommandType.CONFIRM))
                .setHeartbeat(heartbeat)
                .setConfirmed(leases)
                .build();
    }

    private void passALease() {
        now = now.plusSeconds(30);
        carryOut(protocol.due(now));
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
    private final class Noted implements Hands {

        private final List<AgentCall> calls = new ArrayList<>();
        private final List<Ending> ends = new ArrayList<>();
        private final List<Boolean> settled = new ArrayList<>();
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
        public void settleFreeze() {
            settled.add(freeze.isHeld());
        }

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
