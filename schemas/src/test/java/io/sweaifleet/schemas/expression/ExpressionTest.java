package io.sweaifleet.schemas.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.sweaifleet.schemas.expression.Expression.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

    private static final Map<String, Object> VARIABLES = Map.of(
            "inputs", Map.of("branch", "feature/x", "limit", "3"),
            "steps",
                    Map.of(
                            "build",
                            Map.of(
                                    "status",
                                    "SUCCEEDED",
                                    "findings",
                                    4L,
                                    "outputs",
                                    Map.of("modules", "[\"core\",\"web\",\"a b\"]", "tests.failed", "2"))),
            "item", Map.of("path", "src"),
            "index", 1L,
            "last", Map.of("status", "FAILED"),
            "workflow", Map.of("id", "run-1", "pool", "default"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            textBlock =
                    """
                    steps.build.status == 'SUCCEEDED'                          § true
                    steps['build'].findings > 3                                § true
                    int(steps.build.outputs['tests.failed']) > int(inputs.limit) § false
                    inputs.branch.startsWith('feature/') && !('x' in inputs)   § true
                    'core' in json(steps.build.outputs.modules)                § true
                    json(steps.build.outputs.modules).exists(m, m.matches('^w.b$')) § true
                    last.status != 'SUCCEEDED' || index > 5                    § true
                    """)
    void shouldTellWhetherAConditionIsTrue(String text, boolean expected) throws Exception {
        // When
        boolean value = Expression.compile(text, Result.CONDITION).isTrue(VARIABLES);

        // Then
        assertThat(value).isEqualTo(expected);
    }

    @Test
    void shouldGiveAListAndTexts() throws Exception {
        // Given
        Expression modules =
                Expression.compile("json(steps.build.outputs.modules).filter(m, !m.contains(' '))", Result.LIST);

        // When
        List<Object> list = modules.list(VARIABLES);

        // Then
        assertThat(list).containsExactly("core", "web");
        assertThat(modules.text(VARIABLES)).isEqualTo("[\"core\",\"web\"]");
        assertThat(Expression.compile("item", Result.VALUE).text(VARIABLES)).isEqualTo("{\"path\":\"src\"}");
        assertThat(Expression.compile("json('{\"a\": [1, 2.5, true, null]}').a", Result.VALUE)
                        .text(VARIABLES))
                .isEqualTo("[1,2.5,true,null]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            textBlock =
                    """
                    step.build.status == 'x'       § CONDITION § 1  § undeclared reference § inputs, steps
                    steps.run-tests.status == 'x'  § CONDITION § 10 § no matching overload § steps['run-tests']
                    inputs.limit > 3               § CONDITION § 14 § no matching overload § int()
                    inputs.branch ==               § CONDITION § 17 § mismatched input § there
                    inputs.branch                  § CONDITION § 1  § not true or false § compare
                    inputs.branch                  § LIST      § 1  § not a list § json(
                    'open                          § VALUE     § 1  § token recognition § there
                    step.build.outcome == 'x'      § CONDITION § 1  § undeclared reference § inputs
                    steps.build.outcome == 'x'     § CONDITION § 12 § undefined field § status, outputs
                    now() > index                  § CONDITION § 4  § undeclared reference § inputs
                    """)
    void shouldNameColumnAndRemedy(String text, Result wanted, int column, String message, String remedy) {
        // When
        InvalidExpressionException thrown =
                catchThrowableOfType(InvalidExpressionException.class, () -> Expression.compile(text, wanted));

        // Then
        assertThat(thrown).isNotNull();
        assertThat(thrown.getMessage()).contains(message);
        assertThat(thrown.column()).as(thrown.getMessage()).isEqualTo(column);
        assertThat(thrown.remedy()).contains(remedy);
    }

    @Test
    void shouldTellWhichVariablesAnExpressionNames() throws Exception {
        // Given
        String text = "steps.build.status == inputs['branch'] && steps[item.path].findings == 1 && has(steps.test)";

        // When
        List<Reference> references = Expression.compile(text, Result.VALUE).references();

        // Then
        assertThat(references)
                .extracting(Reference::variable, Reference::name)
                .containsExactlyInAnyOrder(
                        tuple("steps", Optional.of("build")),
                        tuple("inputs", Optional.of("branch")),
                        tuple("steps", Optional.empty()),
                        tuple("item", Optional.of("path")),
                        tuple("steps", Optional.of("test")));
        assertThat(references).extracting(Reference::column).contains(1, 23);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            textBlock =
                    """
                    steps.test.status == 'x'          § key 'test' is not present
                    int(inputs.branch) > 1            § feature/x
                    json(inputs.branch) == 1          § no JSON
                    1 / (index - 1) == 0              § by zero
                    steps.build.outputs.modules       § neither true nor false
                    """)
    void shouldSayWhyAnExpressionHasNoValue(String text, String why) throws Exception {
        // Given
        Expression expression = Expression.compile("dyn(" + text + ")", Result.CONDITION);

        // When
        ExpressionFailedException thrown =
                catchThrowableOfType(ExpressionFailedException.class, () -> expression.isTrue(VARIABLES));

        // Then
        assertThat(thrown).isNotNull();
        assertThat(thrown.getMessage()).contains(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "['0123456789abcdef'].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)"
                        + ".map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)",
                "[[0,1,2,3,4,5,6,7,8,9]].map(a, a+a+a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a+a+a)"
                        + ".map(a, a+a+a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a+a+a)",
                "[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c,"
                        + " [0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, a + b + c + d + e >= 0)))))"
            })
    @Timeout(5)
    void shouldStopWhatWouldTakeTooLongOrTooMuch(String text) throws Exception {
        // Given
        Expression expression = Expression.compile(text, Result.VALUE);

        // When
        ExpressionFailedException thrown =
                catchThrowableOfType(ExpressionFailedException.class, () -> expression.evaluate(VARIABLES));

        // Then
        assertThat(thrown).isNotNull();
        assertThat(thrown.getMessage()).containsAnyOf("longer than", "more than", "exceeded");
    }

    @Test
    void shouldRefuseWhatIsTooLongToBeRead() {
        // Given
        String text = "1 + ".repeat(2_000) + "1";

        // When
        InvalidExpressionException thrown =
                catchThrowableOfType(InvalidExpressionException.class, () -> Expression.compile(text, Result.VALUE));

        // Then
        assertThat(thrown).isNotNull();
        assertThat(thrown.getMessage()).contains("4000");
    }
}
