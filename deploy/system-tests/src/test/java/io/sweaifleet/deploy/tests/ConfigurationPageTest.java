package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.sweaifleet.schemas.config.ConfigurationPage;
import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The reference page of settings and the list of their names; {@code -Dfleet.docs.write=true} writes both anew. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "..", "docs", "configuration.md");
    private static final Path NAMES = Path.of(
            "..", "..", "schemas", "src", "main", "resources", "io/sweaifleet/schemas/config/setting-names.txt");
    private static final String COMMAND =
            "mvn -pl deploy/system-tests -am test -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dfleet.docs.write=true";

    @BeforeAll
    static void write() throws IOException {
        if (Boolean.getBoolean("fleet.docs.write")) {
            Files.writeString(PAGE, ConfigurationPage.render(ConfigurationPage.providers(), COMMAND));
            Files.writeString(NAMES, ConfigurationPage.names(ConfigurationPage.providers()));
        }
    }

    @Test
    void shouldMatchTheSettingsOfEveryModule() throws IOException {
        // Given
        String committed = Files.readString(PAGE);

        // When / Then
        assertThat(committed)
                .as("docs/configuration.md is out of date: " + COMMAND)
                .isEqualTo(ConfigurationPage.render(ConfigurationPage.providers(), COMMAND));
    }

    @Test
    void shouldKnowTheNamesThatArePublished() throws IOException {
        // Given
        String committed = Files.readString(NAMES);

        // When / Then
        assertThat(committed)
                .as("the names by which unknown settings are recognised are out of date: " + COMMAND)
                .isEqualTo(ConfigurationPage.names(ConfigurationPage.providers()));
    }

    @Test
    void shouldKnowEverySettingThatIsDeclared() {
        // Given
        Set<String> known = ConfigurationPage.providers().stream()
                .flatMap(provider -> provider.settings().stream())
                .map(Setting::name)
                .collect(Collectors.toSet());

        // When
        List<String> declared = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.sweaifleet").stream()
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> field.getRawType().isEquivalentTo(Setting.class))
                        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                        .map(ConfigurationPageTest::nameOf)
                        .toList();

        // Then
        assertThat(declared).hasSizeGreaterThan(20);
        assertThat(known)
                .as("a setting that is declared, but told by no SettingsProvider in META-INF/services")
                .containsAll(declared);
    }

    @Test
    void shouldDeclareEachSettingOnce() {
        // Given / When
        List<String> names = ConfigurationPage.providers().stream()
                .map(SettingsProvider::settings)
                .flatMap(List::stream)
                .map(Setting::name)
                .toList();

        // Then
        assertThat(names).doesNotHaveDuplicates();
    }

    private static String nameOf(JavaField field) {
        JavaClass owner = field.getOwner();
        try {
            Field declared = owner.reflect().getDeclaredField(field.getName());
            declared.setAccessible(true);
            return ((Setting<?>) declared.get(null)).name();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("cannot read " + field.getFullName(), e);
        }
    }
}
