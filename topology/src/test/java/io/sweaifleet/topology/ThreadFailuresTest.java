package io.sweaifleet.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.SchemaNotRegisteredException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ThreadFailuresTest {

    static Stream<Throwable> passing() {
        return Stream.of(
                new StreamsException(new RegistryUnavailableException("away")),
                new StreamsException("x", new TimeoutException("slow")),
                new StreamsException("x", new DisconnectException("gone")),
                new StreamsException("commit", new InvalidTxnStateException("timed out and aborted meanwhile")));
    }

    @ParameterizedTest
    @MethodSource("passing")
    void shouldBeginAgainAfterWhatPassesByItself(Throwable failure) {
        // Given
        List<Throwable> fatal = new ArrayList<>();

        // When
        StreamThreadExceptionResponse response = new ThreadFailures("fleet-core", fatal::add).handle(failure);

        // Then
        assertThat(response).isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        assertThat(fatal).isEmpty();
    }

    static Stream<Throwable> lasting() {
        return Stream.of(
                new StreamsException(new IllegalStateException("defect")),
                new StreamsException(new SchemaNotRegisteredException("register it")),
                new StreamsException(new TopicAuthorizationException("fleet.results")),
                new MissingSourceTopicException("deleted"));
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void shouldStopLoudlyForAnythingElse(Throwable failure) {
        // Given
        List<Throwable> fatal = new ArrayList<>();

        // When
        StreamThreadExceptionResponse response = new ThreadFailures("fleet-core", fatal::add).handle(failure);

        // Then
        assertThat(response).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(fatal).containsExactly(failure);
    }

    @Test
    void shouldNotTakeAMissingTopicForSomethingThatPasses() {
        // When
        boolean passes = ThreadFailures.passes(
                new StreamsException(new org.apache.kafka.common.errors.UnknownTopicOrPartitionException("gone")));

        // Then
        assertThat(passes).isFalse();
    }
}
