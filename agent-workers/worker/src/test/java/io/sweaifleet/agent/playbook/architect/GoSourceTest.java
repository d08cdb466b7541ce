package io.sweaifleet.agent.playbook.architect;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.architect.GoSource.Import;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GoSourceTest {

    @Test
    void shouldReadImportsDeclarationsAndUses() {
        // Given
        String text =
                """
                // Package x: import "no"
                package x

                import "fmt"
                import (
                    . "dot"
                    _ "blank" // comment
                    alias "example.com/m/util"; "example.com/m/other"
                    `raw`
                )

                const (
                    First = iota
                    second
                    Third
                )
                type Shape struct { Field int }
                var Default = alias.Make("import \\"no\\"", other.Thing{})
                func Exported() { fmt.Println(Inner.Sub, 'x', `
                import "no"
                `) }
                func (s *Shape) Method() {}
                func private() {}
                """;

        // When
        GoSource source = GoSource.parse(text);

        // Then
        assertThat(source.packageName()).isEqualTo("x");
        assertThat(source.imports())
                .containsExactly(
                        new Import("fmt", "", 4),
                        new Import("dot", ".", 6),
                        new Import("blank", "_", 7),
                        new Import("example.com/m/util", "alias", 8),
                        new Import("example.com/m/other", "", 8),
                        new Import("raw", "", 9));
        assertThat(source.exported()).containsExactlyInAnyOrder("First", "Third", "Shape", "Default", "Exported");
        assertThat(source.uses()).containsEntry("alias", Set.of("Make")).containsEntry("other", Set.of("Thing"));
    }

    @Test
    void shouldSurviveTextThatIsNoGo() {
        assertThat(GoSource.parse("import (").imports()).isEmpty();
        assertThat(GoSource.parse("import ( } { \"a\"").imports()).hasSize(1);
        assertThat(GoSource.parse("package").packageName()).isEmpty();
        assertThat(GoSource.parse("`open\nimport \"a\"").imports()).isEmpty();
    }
}
