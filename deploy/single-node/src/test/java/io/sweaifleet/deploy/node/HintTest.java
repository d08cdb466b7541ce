package io.sweaifleet.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HintTest {
    private static final List<Hint> OWN = List.of(Hint.hint("store is locked", "end the other PART"));

    @Test
    void shouldPreferAPartsOwnHintToThoseForEveryPart() {
        // Given
        List<String> log = List.of("the store is locked", "java.net.BindException: Address already in use");

        // When
        var remedy = Hint.find(OWN, log, "neo4j");

        // Then
        assertThat(remedy).contains("end the other neo4j");
    }

    @Test
    void shouldNameThePartInTheRemedyForATakenPort() {
        // Given
        List<String> log = List.of("starting", "java.net.BindException: Address already in use");

        // When
        var remedy = Hint.find(List.of(), log, "kafka");

        // Then
        assertThat(remedy).hasValueSatisfying(text -> assertThat(text).contains("fleet.node.port.kafka"));
    }

    @Test
    void shouldFindAFullDisk() {
        // Given
        List<String> log = List.of("java.io.IOException: No space left on device");

        // When
        var remedy = Hint.find(OWN, log, "kafka");

        // Then
        assertThat(remedy).hasValueSatisfying(text -> assertThat(text).contains("disk is full"));
    }

    @Test
    void shouldFindNothingInAnOrdinaryLog() {
        // Given
        List<String> log = List.of("all is well");

        // When
        var remedy = Hint.find(OWN, log, "redis");

        // Then
        assertThat(remedy).isEmpty();
    }
}
