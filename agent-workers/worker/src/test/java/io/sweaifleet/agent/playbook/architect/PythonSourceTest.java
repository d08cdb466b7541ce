package io.sweaifleet.agent.playbook.architect;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.architect.PythonSource.Import;
import org.junit.jupiter.api.Test;

class PythonSourceTest {

    @Test
    void shouldReadEveryFormOfImport() {
        // Given
        String text =
                """
                '''import docstring'''
                import os, a.b as ab  # import comment
                from . import (  # first
                    one,
                    two as second,
                )
                from ..pkg.mod import name; import after
                if x: import inline
                from base \\
                    import joined
                text = \"""
                import in_string
                \"""
                f(x, import_=1, y="import z")
                raw = r'\\\\' ; import last
                from star import *
                """;

        // When
        PythonSource source = PythonSource.parse(text);

        // Then
        assertThat(source.imports())
                .containsExactly(
                        new Import(0, "os", "", false, 2),
                        new Import(0, "a.b", "", false, 2),
                        new Import(1, "", "one", false, 3),
                        new Import(1, "", "two", false, 3),
                        new Import(2, "pkg.mod", "name", false, 7),
                        new Import(0, "after", "", false, 7),
                        new Import(0, "inline", "", false, 8),
                        new Import(0, "base", "joined", false, 9),
                        new Import(0, "last", "", false, 15),
                        new Import(0, "star", "*", false, 16));
    }

    @Test
    void shouldKnowWhichImportsAreOnlyForTypes() {
        // Given
        String text =
                """
                import typing
                if typing.TYPE_CHECKING:
                    from a import A

                    # comment
                    import b
                else:
                    import c
                class K:
                \tif TYPE_CHECKING:
                \t\timport d
                \timport e
                """;

        // When
        PythonSource source = PythonSource.parse(text);

        // Then
        assertThat(source.imports().stream().filter(Import::typeOnly).map(Import::module))
                .containsExactly("a", "b", "d");
    }

    @Test
    void shouldSurviveTextThatIsNoPython() {
        assertThat(PythonSource.parse("from").imports()).isEmpty();
        assertThat(PythonSource.parse("from . import (a,\n\n").imports()).hasSize(1);
        assertThat(PythonSource.parse("x = 'open\nimport a\r\nimport b\rimport c")
                        .imports())
                .hasSize(3);
        assertThat(PythonSource.parse("'''never closed\nimport a").imports()).isEmpty();
        assertThat(PythonSource.parse("import a as\nfrom .. x").imports()).hasSize(1);
    }
}
