package io.sweaifleet.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.registry.RegistryConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {

    @Test
    void shouldDescribeEverySettingOfEveryProvider() {
        // Given
        List<SettingsProvider> providers = ConfigurationPage.providers();

        // When
        String page = ConfigurationPage.render(providers, "make it");

        // Then
        assertThat(providers).hasSizeGreaterThanOrEqualTo(2).first().isInstanceOf(FleetSettings.class);
        assertThat(page)
                .contains("`make it`")
                .contains("| `fleet.kafka.bootstrap-servers` | **required** |")
                .contains("| `fleet.topics.public-retention` | `30d` |")
                .contains("| `fleet.kafka.client.*` |");
        assertThat(providers).allSatisfy(provider -> assertThat(provider.settings())
                .allSatisfy(setting -> assertThat(page).contains(setting.name(), setting.doc())));
    }

    @Test
    void shouldGiveTheDefaultsThatTheRegistryClientHas() {
        // Given
        RegistryConfig defaults = RegistryConfig.from(Map.of("schema.registry.url", "http://x"));
        Map<String, String> described = new HashMap<>();
        Matcher rows = Pattern.compile("\\| `([a-z.]+)` \\| (\\d+) \\|")
                .matcher(ConfigurationPage.render(List.of(), "make it"));
        while (rows.find()) {
            described.put(rows.group(1), rows.group(2));
        }

        // When
        Map<String, String> withDescribed = new HashMap<>(described);
        withDescribed.put("schema.registry.url", "http://x");

        // Then
        assertThat(described).hasSize(8);
        assertThat(RegistryConfig.from(withDescribed)).isEqualTo(defaults);
    }
}
