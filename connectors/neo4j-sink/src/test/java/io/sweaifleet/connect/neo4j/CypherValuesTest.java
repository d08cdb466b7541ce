package io.sweaifleet.connect.neo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;

class CypherValuesTest {

    @Test
    void shouldTurnAStructIntoAMapWithTimesInUtc() {
        // Given
        Schema inner = SchemaBuilder.struct().field("n", Schema.INT32_SCHEMA).build();
        Schema schema = SchemaBuilder.struct()
                .field("at", Timestamp.SCHEMA)
                .field("inner", inner)
                .field("tags", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA))
                .field("list", SchemaBuilder.array(inner))
                .field("none", Schema.OPTIONAL_STRING_SCHEMA)
                .build();
        Struct struct = new Struct(schema)
                .put("at", new Date(1_500L))
                .put("inner", new Struct(inner).put("n", 7))
                .put("tags", Map.of("a", "b"))
                .put("list", List.of(new Struct(inner).put("n", 8)));

        // When
        Object value = CypherValues.of(struct);

        // Then
        assertThat(value)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("at", ZonedDateTime.of(1970, 1, 1, 0, 0, 1, 500_000_000, ZoneOffset.UTC))
                .containsEntry("inner", Map.of("n", 7L))
                .containsEntry("tags", Map.of("a", "b"))
                .containsEntry("list", List.of(Map.of("n", 8L)))
                .containsEntry("none", null);
    }

    @Test
    void shouldRefuseATypeThatCypherDoesNotKnow() {
        // When / Then
        assertThatThrownBy(() -> CypherValues.of(new Object()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("java.lang.Object");
    }
}
