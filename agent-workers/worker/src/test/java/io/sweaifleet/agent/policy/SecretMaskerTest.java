package io.sweaifleet.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretMaskerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    cloning https://user:hunter2@host/x.git | hunter2
                    password=correct-horse                  | correct-horse
                    "apiKey": "abcd1234efgh"                | abcd1234efgh
                    DB_PASSWORD: 'p4ss w0rd'                | w0rd
                    --token s3cr3tvalue                     | s3cr3tvalue
                    Authorization: Bearer abc.def.ghi       | abc.def.ghi
                    ghp_abcdefghijklmnopqrstuvwxyz0123      | ghp_abc
                    AKIAIOSFODNN7EXAMPLE                    | AKIAIOSF
                    eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK  | eyJzdWI
                    sk-abcdefghijklmnopqrstuvwx             | sk-abcdef
                    """)
    void shouldMask(String text, String secret) {
        // When
        String masked = SecretMasker.mask(text);

        // Then
        assertThat(masked).doesNotContain(secret).contains(SecretMasker.MASK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "src/main/java/Tokenizer.java",
                "https://host/path/repo.git",
                "git@github.com:owner/repo.git",
                "3 tests failed in 2.5 s",
                "commit 4f2a9c1e8b7d6a5f4e3d2c1b0a9f8e7d6c5b4a39",
                "key=1",
                "mvn -B -o test -Dtest=TokenTest"
            })
    void shouldLeaveOrdinaryTextAlone(String text) {
        // When
        String masked = SecretMasker.mask(text);

        // Then
        assertThat(masked).isEqualTo(text);
    }

    @Test
    void shouldMaskAPrivateKeyEvenWhenItIsCutOff() {
        // When
        String masked = SecretMasker.mask("x -----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC\nabc");

        // Then
        assertThat(masked).isEqualTo("x ***");
    }

    @Test
    void shouldMaskTheWordAfterAnOptionThatNamesASecret() {
        // When
        List<String> masked = SecretMasker.maskWords(List.of("tool", "--api-key", "hunter2", "--verbose", "x"));

        // Then
        assertThat(masked).containsExactly("tool", "--api-key", "***", "--verbose", "x");
    }

    @Test
    void shouldMaskVariablesByTheirNames() {
        // When
        Map<String, String> masked =
                SecretMasker.maskVariables(Map.of("MY_TOKEN", "abc", "SSH_KEY", "abc", "PATH", "/usr/bin"));

        // Then
        assertThat(masked)
                .containsEntry("MY_TOKEN", "***")
                .containsEntry("SSH_KEY", "***")
                .containsEntry("PATH", "/usr/bin");
    }

    @Test
    void shouldRemoveCredentialsFromUrls() {
        // When
        String plain = SecretMasker.withoutCredentials("https://u:p@host/a.git?token=x#f");

        // Then
        assertThat(plain).isEqualTo("https://host/a.git");
    }
}
