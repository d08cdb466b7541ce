package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sweaifleet.ingest.cli.FleetCli;
import io.sweaifleet.schemas.config.ConfigurationPage;
import io.sweaifleet.schemas.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What docker-compose.yml and the images call exists: commands, settings, classes and folders. */
class ContainersTest {

    private static final Path ROOT = Path.of("..", "..");

    @Test
    void shouldRunCommandsThatExist() throws IOException {
        // Given
        String compose = Files.readString(ROOT.resolve("docker-compose.yml"));
        List<String> lines = matches("(?m)^(?: +fleet|# +docker compose run --rm cli) ([^<|\\n]+)", compose);

        // When / Then
        assertThat(lines).contains("roles apply --shipped");
        assertThat(lines).allSatisfy(line -> assertThatCode(
                        () -> FleetCli.model().parseArgs(line.strip().split(" +")))
                .doesNotThrowAnyException());
    }

    @Test
    void shouldSetOnlySettingsThatExist() throws IOException {
        // Given
        Map<String, Object> compose = new Yaml().load(Files.readString(ROOT.resolve("docker-compose.yml")));
        Map<?, ?> services = (Map<?, ?>) compose.get("services");
        Set<String> names = new TreeSet<>();
        services.values().forEach(service -> {
            if (((Map<?, ?>) service).get("environment") instanceof Map<?, ?> environment) {
                environment.keySet().forEach(name -> names.add(String.valueOf(name)));
            }
        });
        names.removeIf(name -> !name.startsWith("FLEET_"));

        // When / Then
        assertThat(names).contains("FLEET_KAFKA_BOOTSTRAP_SERVERS");
        assertThat(settings().stream().map(Setting::environmentName)).containsAll(names);
    }

    @Test
    void shouldReferInTheImagesToClassesSettingsAndFoldersThatExist() throws IOException {
        // Given
        String images = Files.readString(ROOT.resolve("deploy/images/Dockerfile"))
                + Files.readString(ROOT.resolve("deploy/images/fleet"));
        String assembly = Files.readString(ROOT.resolve("deploy/distribution/src/main/sh/assemble.sh"));

        // When
        List<String> classes = matches("(?:\"| )((?:io|org)\\.[a-z.]+\\.[A-Z]\\w+)", images);
        List<String> properties = matches("-D(fleet\\.[a-z.-]+)=", images);
        List<String> folders = matches("/fleet/(lib/[a-z0-9]+)", images);

        // Then
        assertThat(classes).contains("io.sweaifleet.topology.TopologyApp");
        assertThat(classes).allSatisfy(name -> assertThatCode(
                        () -> Class.forName(name, false, getClass().getClassLoader()))
                .doesNotThrowAnyException());
        assertThat(settings().stream().map(Setting::name)).containsAll(properties);
        assertThat(properties).isNotEmpty();
        assertThat(folders).isNotEmpty().allSatisfy(folder -> assertThat(assembly)
                .contains(folder));
    }

    @Test
    void shouldTakeTheJarsWithoutTheLinksOfTheDistribution() throws IOException {
        // Given
        String dockerfile = Files.readString(ROOT.resolve("deploy/images/Dockerfile"));

        // When / Then
        assertThat(dockerfile).contains("cp -rL deploy/distribution/target/fleet /fleet");
        assertThat(matches("COPY --from=build (\\S+)", dockerfile))
                .allSatisfy(source -> assertThat(source).startsWith("/fleet/"));
    }

    private static List<Setting<?>> settings() {
        return ConfigurationPage.providers().stream()
                .flatMap(provider -> provider.settings().stream())
                .collect(Collectors.toList());
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
