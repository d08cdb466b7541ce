package io.sweaifleet.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.SecretGrant;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandSecretsTest {

    private static final String VALUE = "q7/Zk+\"p~4 xé!";

    @TempDir
    Path data;

    @Test
    void shouldGiveASecretToTheOneCommandOnly() {
        // Given
        CommandSecrets secrets = secrets(Map.of("FLEET_SECRET_NPM_TOKEN", VALUE));

        // When / Then
        assertThat(secrets.valuesFor(words("npm publish"))).containsExactly(Map.entry("NPM_TOKEN", VALUE));
        assertThat(secrets.valuesFor(words("npm publish --tag x"))).containsKey("NPM_TOKEN");
        for (String other : List.of(
                "npm", "npm run publish", "/tmp/npm publish", "env npm publish", "sh -c npm publish", "printenv")) {
            assertThat(secrets.valuesFor(words(other))).as(other).isEmpty();
        }
    }

    @Test
    void shouldPreferTheFileAndReadItAnew() throws Exception {
        // Given
        CommandSecrets secrets = secrets(Map.of("FLEET_SECRET_NPM_TOKEN", "from-the-environment"));
        write("from-the-file\n", "rw-------");

        // When / Then
        assertThat(secrets.valuesFor(words("npm publish"))).containsValue("from-the-file");
        write("exchanged-value", "r--------");
        assertThat(secrets.valuesFor(words("npm publish"))).containsValue("exchanged-value");
    }

    @Test
    void shouldNameWhatIsMissingAndTheRemedy() throws Exception {
        // When / Then
        assertThat(failure(secrets(Map.of()))).satisfies(failure -> {
            assertThat(failure.getFailureClass()).isEqualTo(FailureClass.ENVIRONMENT);
            assertThat(failure.getCode()).isEqualTo("SECRET_MISSING");
            assertThat(failure.getValue()).isEqualTo("NPM_TOKEN");
            assertThat(failure.getRemedy())
                    .contains(data.resolve("secrets/agents/NPM_TOKEN").toString(), "FLEET_SECRET_NPM_TOKEN");
        });
        write("long-enough-value", "rw-r-----");
        assertThat(failure(secrets(Map.of())).getCode()).isEqualTo("SECRET_UNPROTECTED");
        write("short", "rw-------");
        assertThat(failure(secrets(Map.of())).getCode()).isEqualTo("SECRET_TOO_SHORT");
    }

    @Test
    void shouldMaskAValueInEveryForm() {
        // Given
        SecretMasker.register(VALUE);
        byte[] bytes = VALUE.getBytes(StandardCharsets.UTF_8);

        // When / Then
        for (String form : List.of(
                VALUE,
                URLEncoder.encode(VALUE, StandardCharsets.UTF_8),
                URLEncoder.encode(VALUE, StandardCharsets.UTF_8).replace("+", "%20"),
                Base64.getEncoder().encodeToString(bytes),
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                HexFormat.of().formatHex(bytes),
                VALUE.replace("\"", "\\\""))) {
            assertThat(SecretMasker.mask("before " + form + " after"))
                    .as(form)
                    .doesNotContain(form)
                    .startsWith("before ***")
                    .endsWith(" after");
        }
        assertThat(new String(
                        SecretLiterals.mask(("x" + VALUE + "\0").getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8))
                .isEqualTo("x***\0");
    }

    @Property(tries = 200)
    void shouldMaskAValueWithinALongerTextInBase64(
            @ForAll @StringLength(max = 9) String before, @ForAll @StringLength(max = 9) String after) {
        // Given: such as "user:password" of an authorization header
        String value = "correct-horse-battery";
        SecretMasker.register(value);
        String encoded = Base64.getEncoder().encodeToString((before + value + after).getBytes(StandardCharsets.UTF_8));

        // When
        String masked = SecretLiterals.KNOWN.mask(encoded);

        // Then: what is left of it does not give the value
        String rest = masked.replace(SecretMasker.MASK, "");
        assertThat(masked).contains(SecretMasker.MASK);
        assertThat(encoded.length() - rest.length()).isGreaterThanOrEqualTo(value.length() * 4 / 3 - 3);
    }

    private static Failure failure(CommandSecrets secrets) {
        try {
            secrets.valuesFor(words("npm publish"));
        } catch (SecretException e) {
            return e.failure();
        }
        throw new AssertionError("it had a value");
    }

    private void write(String value, String permissions) throws Exception {
        Path file = Files.createDirectories(data.resolve("secrets/agents")).resolve("NPM_TOKEN");
        Files.deleteIfExists(file);
        Files.writeString(file, value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private CommandSecrets secrets(Map<String, String> environment) {
        RoleDefinition role = RoleDefinition.newBuilder()
                .setRole("publisher")
                .setVersion(1)
                .setSecrets(List.of(
                        new SecretGrant("NPM_TOKEN", List.of("npm", "publish")), new SecretGrant("NOBODYS", List.of())))
                .setUpdatedAt(Instant.EPOCH)
                .build();
        return CommandSecrets.of(role, new AgentSecrets(data, environment));
    }

    private static List<String> words(String command) {
        return Arrays.asList(command.split(" "));
    }
}
