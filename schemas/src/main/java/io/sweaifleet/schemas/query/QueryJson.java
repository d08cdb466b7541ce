package io.sweaifleet.schemas.query;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.sweaifleet.schemas.json.IsoTimes;
import java.io.IOException;
import java.time.Instant;

/** Answers as JSON. Times are ISO 8601 in UTC; fields that a reader does not know are passed by. */
public final class QueryJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule("times")
                    .addSerializer(Instant.class, new TimeSerializer())
                    .addDeserializer(Instant.class, new TimeDeserializer()))
            .build();

    private QueryJson() {}

    /** An answer in UTF-8. */
    public static byte[] write(Object answer) {
        try {
            return MAPPER.writeValueAsBytes(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("No answer of a query: " + answer.getClass(), e);
        }
    }

    /** An answer as a tree. */
    public static JsonNode tree(Object answer) {
        return MAPPER.valueToTree(answer);
    }

    /**
     * Reads an answer.
     *
     * @throws IOException when the bytes are not one of this type
     */
    public static <T> T read(Class<T> type, byte[] json) throws IOException {
        return MAPPER.readValue(json, type);
    }

    private static final class TimeSerializer extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1L;

        TimeSerializer() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant time, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(IsoTimes.format(time));
        }
    }

    private static final class TimeDeserializer extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        TimeDeserializer() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String text = in.getText();
            return IsoTimes.parseTime(text)
                    .orElseThrow(() -> context.weirdStringException(text, Instant.class, "not a time"));
        }
    }
}
