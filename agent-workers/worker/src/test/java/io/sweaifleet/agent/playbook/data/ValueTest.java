package io.sweaifleet.agent.playbook.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|INTEGER",
                "-12|INTEGER",
                "+7|INTEGER",
                "123456789012345678901234567890|INTEGER",
                "1.5|DECIMAL",
                ".5|DECIMAL",
                "1e-3|DECIMAL",
                "1,5|TEXT",
                "007|TEXT",
                "0.5|DECIMAL",
                "-|TEXT",
                "+|TEXT",
                "1.2.3|TEXT",
                "1e|TEXT",
                "true|BOOLEAN",
                "No|BOOLEAN",
                "t|TEXT",
                "2024-02-29|DATE",
                "2024/02/29|DATE",
                "29.02.2024|DATE",
                "12/31/2024|DATE",
                "2024-02-29T10:00:00.123+01:00|DATETIME",
                "2024-02-29 10:00|DATETIME",
                "2024-02-29 noon|TEXT",
                "2023-02-29|TEXT",
                "32.01.2024|TEXT",
                "hello|TEXT"
            })
    void shouldReadTheType(String text, ValueType type) {
        assertThat(Value.of(text, false).type()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2023-02-29", "2023-13-01", "31.04.2023", "00/00/2000"})
    void shouldTellDatesThatDoNotExist(String text) {
        assertThat(Value.of(text, false).impossible()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "NULL", "n/a", "\\N", "-", "None"})
    void shouldKnowWordsForNothing(String text) {
        assertThat(Value.isNull(text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "someone@example.org,EMAIL",
        "+49 30 1234567,PHONE",
        "DE89370400440532013000,IBAN",
        "4111 1111 1111 1111,CARD",
        "192.168.1.10,IP"
    })
    void shouldRecognisePersonalData(String text, PersonalData.Kind kind) {
        assertThat(PersonalData.kindOf(text)).contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b",
                "@example.org",
                "1.2.3",
                "DE89370400440532013001",
                "4111 1111 1111 1112",
                "+1",
                "999.1.1.1",
                "hello world"
            })
    void shouldNotTakeOtherThingsForPersonalData(String text) {
        assertThat(PersonalData.kindOf(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"email", "customerEmail", "first_name", "user.phone_number", "IBAN", "contacts[].mobile"})
    void shouldSeePersonalDataInNames(String name) {
        assertThat(PersonalData.byName(name)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "email_verified", "password_hash", "street_id", "id", "", "filename"})
    void shouldNotSeePersonalDataInOtherNames(String name) {
        assertThat(PersonalData.byName(name)).isEmpty();
    }
}
