package io.sweaifleet.schemas.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {

    private static final Map<String, Object> VARIABLES = Map.of(
            "inputs", Map.of("branch", "main"), "item", List.of("a", 1L), "index", 7L, "workflow", Map.of("id", "r"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    plain                              | plain
                    ${ inputs.branch }                 | main
                    on ${inputs.branch}, ${index + 1}. | on main, 8.
                    ${ item }                          | ["a",1]
                    $${ inputs.branch } costs $5       | ${ inputs.branch } costs $5
                    ${ {'a': '}'}['a'] }!              | }!
                    """)
    void shouldFillInTheValuesOfItsExpressions(String text, String filled) throws Exception {
        assertThat(Template.parse(text).fill(VARIABLES)).isEqualTo(filled);
    }

    @Test
    void shouldNameThePlaceOfAWrongExpressionWithinTheText() {
        // When
        InvalidExpressionException thrown = catchThrowableOfType(
                InvalidExpressionException.class, () -> Template.parse("first line\nthen ${ input.branch }"));

        // Then
        assertThat(thrown.line()).isEqualTo(2);
        assertThat(thrown.column()).isEqualTo(9);
        assertThat(thrown.place()).isEqualTo("line 2, column 9");
    }

    @Test
    void shouldRefuseAnExpressionThatDoesNotEnd() {
        // When
        InvalidExpressionException thrown =
                catchThrowableOfType(InvalidExpressionException.class, () -> Template.parse("go ${ inputs.branch"));

        // Then
        assertThat(thrown.getMessage()).contains("does not end");
        assertThat(thrown.column()).isEqualTo(4);
    }

    @Test
    void shouldNotFillInWhatWouldBecomeTooLong() throws Exception {
        // Given
        Template template = Template.parse("${ inputs.branch }".repeat(3));

        // When
        ExpressionFailedException thrown = catchThrowableOfType(
                ExpressionFailedException.class,
                () -> template.fill(Map.of("inputs", Map.of("branch", "x".repeat(100_000)))));

        // Then
        assertThat(thrown.getMessage()).contains("262144");
    }
}
