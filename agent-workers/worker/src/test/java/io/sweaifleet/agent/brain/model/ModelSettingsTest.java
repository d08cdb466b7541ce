package io.sweaifleet.agent.brain.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelSettingsTest {

    private static Map<String, ModelConfig> read(String... pairs) {
        java.util.Map<String, String> values = new java.util.LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put("fleet.models." + pairs[i], pairs[i + 1]);
        }
        return ModelSettings.read(Settings.of(values));
    }

    @Test
    void shouldReadModelsByName() {
        ModelConfig model = read(
                        "small-one.url",
                        "http://localhost:11434/v1/",
                        "small-one.model",
                        "qwen3:8b",
                        "small-one.price-out-micro-usd-per-mtoken",
                        "400000",
                        "small-one.timeout",
                        "10m",
                        "allowed-hosts",
                        "example.org")
                .get("small-one");
        assertThat(model.url()).hasToString("http://localhost:11434/v1");
        assertThat(model.outputPrice()).isEqualTo(400_000);
        assertThat(model.timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(model.slots()).isEqualTo(1);
        assertThat(model.cost(0, 1)).isEqualTo(1);
    }

    @Test
    void shouldLeaveADistantEndpointUnbound() {
        assertThat(read("m.url", "https://models.example.org/v1", "m.model", "x")
                        .get("m")
                        .slots())
                .isZero();
    }

    @Test
    void shouldNameAMistypedProperty() {
        assertThatThrownBy(() -> read("m.url", "http://h/v1", "m.modell", "x"))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("Did you mean .model?");
    }

    @Test
    void shouldRefuseAModelWithoutAnId() {
        assertThatThrownBy(() -> read("m.url", "http://h/v1")).hasMessageContaining("fleet.models.m.model");
    }

    @Test
    void shouldRefuseACredentialInTheAddress() {
        assertThatThrownBy(() -> read("m.url", "http://me:pw@h/v1", "m.model", "x"))
                .hasMessageContaining("without user");
    }

    @Test
    void shouldRefuseWhatIsOutOfBounds() {
        assertThatThrownBy(() -> read("m.url", "http://h/v1", "m.model", "x", "m.context-tokens", "-1"))
                .hasMessageContaining("out of bounds");
        assertThatThrownBy(() -> read("m.url", "http://h/v1", "m.model", "x", "m.tool-calling", "maybe"))
                .hasMessageContaining("auto, native, text");
    }
}
