package io.sweaifleet.agent.playbook.developer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnusedImportScanTest {

    @Test
    void shouldFindImportsWhoseNameOccursNowhereElse() {
        // Given
        String java =
                """
                package demo.List;

                import java.util.*;
                import java.util.List;
                import java.util.Map;
                import java.util.Set;
                import static java.util.Objects.requireNonNull;

                /** Uses {@link Set}. */
                class A {
                    Map<A, A> map;
                }
                """;

        // When / Then
        assertThat(UnusedImportScan.candidates(java)).containsExactly("List", "requireNonNull");
    }

    @Test
    void shouldNotTakeASourceInATextBlockForImports() {
        // Given
        String java = "import java.util.Map;\n\nclass A {\n    String b = \"\"\"\n        import java.util.Set;\n"
                + "        class B {}\n        \"\"\";\n}\n";

        // When / Then
        assertThat(UnusedImportScan.candidates(java)).containsExactly("Map");
    }

    @Test
    void shouldOnlyAcceptTextsThatLoseImports() {
        // Given
        String before = "import java.util.*;\nimport java.util.Map;\n\nclass A {\n    int x;\n}\n";

        // When / Then
        assertThat(UnusedImportScan.onlyRemovesImports(before, "import java.util.*;\n\nclass A {\n    int x;\n}\n"))
                .isTrue();
        assertThat(UnusedImportScan.onlyRemovesImports(before, "import java.util.List;\n\nclass A {\n    int x;\n}\n"))
                .isFalse();
        assertThat(UnusedImportScan.onlyRemovesImports(before, "class A {\n}\n"))
                .isFalse();
    }
}
