package io.sweaifleet.agent.playbook.architect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JavaSourceTest {

    @Test
    void shouldReadImportsAndIgnoreWhatOnlyLooksLikeThem() {
        // Given
        String text =
                """
                // import commented.Out;
                /* package wrong; import commented.Too; */
                @Generated("import in.a.String;")
                package a . b /* odd */ . c;

                import java.util.List;
                import static d.Util.helper;
                import e.f.*;
                import
                    g.H;

                public final class Main<T> {
                    String s = "import x.Y;" + '"' + \"""
                        import text.Block;
                        \\\""" + \""";
                    Object o = p.q.Remote.create(x.y.z());
                    class Nested {}
                }
                record Second(int i) {}
                @interface Third {}
                """;

        // When
        JavaSource source = JavaSource.parse(text);

        // Then
        assertThat(source.packageName()).isEqualTo("a.b.c");
        assertThat(source.imports())
                .containsExactly(
                        new JavaSource.Import("java.util.List", false, 6),
                        new JavaSource.Import("d.Util.helper", false, 7),
                        new JavaSource.Import("e.f", true, 8),
                        new JavaSource.Import("g.H", false, 9));
        assertThat(source.types()).containsExactly("Main", "Second", "Third");
        assertThat(source.qualified()).containsOnlyKeys("p.q.Remote.create");
        assertThat(source.names()).contains("String", "Object").doesNotContain("Remote");
    }

    @Test
    void shouldSurviveTextThatIsNoJava() {
        assertThat(JavaSource.parse("").imports()).isEmpty();
        assertThat(JavaSource.parse("import").imports()).isEmpty();
        assertThat(JavaSource.parse("import a.").imports()).hasSize(1);
        assertThat(JavaSource.parse("\"unclosed\nimport a.B;").imports()).hasSize(1);
        assertThat(JavaSource.parse("/* open").imports()).isEmpty();
        assertThat(JavaSource.parse("}}}} import a.B; \uFFFF \\").imports()).hasSize(1);
    }
}
