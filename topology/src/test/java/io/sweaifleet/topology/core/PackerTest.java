package io.sweaifleet.topology.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackerTest {

    private static final int SMALL = 4;

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "grün", "ü", "plain at first, and then 東京 😀", "\u007f\u0080"})
    void shouldWriteTextsAsUtf8(String text) {
        // When
        byte[] value = new Packer(SMALL).text(text).text("next").toBytes();
        byte[] key = new Packer(SMALL).keyText("pool").lastKeyText(text).toBytes();

        // Then
        Unpacker in = new Unpacker(value);
        assertThat(in.text()).isEqualTo(text);
        assertThat(in.text()).isEqualTo("next");
        assertThat(key).isEqualTo(("pool\0" + text).getBytes(StandardCharsets.UTF_8));
    }
}
