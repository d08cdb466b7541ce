package io.sweaifleet.schemas.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import org.apache.avro.util.ClassUtils;
import org.junit.jupiter.api.Test;

class FleetRecordTrustTest {

    @Test
    void shouldLetABuilderTakeAnEnumDefaultWithoutAnySystemProperty() {
        // When
        Failure failure = Failure.newBuilder().setCode("C").setMessage("m").build();

        // Then
        assertThat(failure.getFailureClass()).isEqualTo(FailureClass.UNKNOWN);
    }

    @Test
    void shouldTrustNothingElse() {
        // Given
        assertThat(new Failure()).isNotNull();

        // When / Then
        assertThatThrownBy(() -> ClassUtils.forName("org.apache.kafka.clients.producer.KafkaProducer"))
                .isInstanceOf(SecurityException.class);
    }
}
