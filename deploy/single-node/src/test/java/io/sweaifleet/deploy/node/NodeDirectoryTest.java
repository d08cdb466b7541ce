package io.sweaifleet.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.deploy.kafka.LoopbackPorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDirectoryTest {
    @TempDir
    Path root;

    @Test
    void shouldRefuseASecondClaimWhileTheFirstIsHeld() throws Exception {
        // Given
        try (NodeDirectory held = NodeDirectory.claim(root)) {

            // When
            // Then
            assertThatThrownBy(() -> NodeDirectory.claim(root))
                    .isInstanceOf(PartException.class)
                    .hasMessageContaining("runs on " + held.root() + " already");
        }
    }

    @Test
    void shouldTakeADirectoryAgainOnceItIsGivenUp() throws Exception {
        // Given
        NodeDirectory.claim(root).close();

        // When
        try (NodeDirectory again = NodeDirectory.claim(root)) {

            // Then
            assertThat(again.root()).isEqualTo(root.toRealPath());
        }
    }

    @Test
    void shouldGiveAServerTheSamePortAtTheNextStart() throws Exception {
        // Given
        int first;
        try (NodeDirectory directory = NodeDirectory.claim(root)) {
            first = directory.port("kafka", null, new LoopbackPorts());
        }

        // When
        try (NodeDirectory directory = NodeDirectory.claim(root)) {
            int second = directory.port("kafka", null, new LoopbackPorts());

            // Then
            assertThat(second).isEqualTo(first);
        }
    }

    @Test
    void shouldGiveAnotherPortWhenTheFormerOneIsTaken() throws Exception {
        // Given
        try (NodeDirectory directory = NodeDirectory.claim(root)) {
            int former = directory.port("kafka", null, new LoopbackPorts());
            try (ServerSocket taken = new ServerSocket(former, 1, InetAddress.getByName("127.0.0.1"))) {

                // When
                int port = directory.port("kafka", null, new LoopbackPorts());

                // Then
                assertThat(port).isNotEqualTo(taken.getLocalPort());
            }
        }
    }

    @Test
    void shouldRefuseAConfiguredPortThatIsNone() throws Exception {
        // Given
        try (NodeDirectory directory = NodeDirectory.claim(root)) {

            // When
            // Then
            assertThatThrownBy(() -> directory.port("kafka", "70000", new LoopbackPorts()))
                    .isInstanceOf(PartException.class)
                    .hasMessage("fleet.node.port.kafka is '70000'");
        }
    }

    @Test
    void shouldKeepASecretThatOnlyTheOwnerCanRead() throws Exception {
        // Given
        try (NodeDirectory directory = NodeDirectory.claim(root)) {

            // When
            Path first = directory.secret("neo4j");
            String text = NodeDirectory.text(first);

            // Then
            assertThat(NodeDirectory.text(directory.secret("neo4j"))).isEqualTo(text);
            assertThat(text).hasSize(48);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void shouldSeeANodeOnlyWhileItsLauncherIsTheSameProcess() throws Exception {
        // Given
        NodeState.Identity self = NodeState.Identity.of(ProcessHandle.current());
        NodeState.Identity earlierOwnerOfThePid =
                new NodeState.Identity(self.pid(), Instant.parse("2020-01-01T00:00:00Z"));
        try (NodeDirectory directory = NodeDirectory.claim(root)) {

            // When
            directory.writeState(new NodeState(self, NodeState.Phase.READY, Map.of("redis", self)));
            var alive = NodeDirectory.running(root);
            directory.writeState(new NodeState(earlierOwnerOfThePid, NodeState.Phase.READY, Map.of()));
            var gone = NodeDirectory.running(root);

            // Then
            assertThat(alive)
                    .hasValueSatisfying(state -> assertThat(state.parts()).containsOnlyKeys("redis"));
            assertThat(gone).isEmpty();
        }
    }

    @Test
    void shouldTakeADamagedStateForNone() throws Exception {
        // Given
        Files.writeString(NodeDirectory.stateFile(root), "launcher=12");

        // When
        var running = NodeDirectory.running(root);

        // Then
        assertThat(running).isEmpty();
    }
}
