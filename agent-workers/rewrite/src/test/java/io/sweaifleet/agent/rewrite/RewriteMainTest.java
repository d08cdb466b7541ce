package io.sweaifleet.agent.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.rewrite.RewriteRequest.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewriteMainTest {

    private static final String REMOVE_UNUSED_IMPORTS = "org.openrewrite.java.RemoveUnusedImports";

    @TempDir
    Path directory;

    @Test
    void shouldRemoveUnusedImportsWithTheTypesOfTheClassPath() throws IOException {
        // Given
        file(
                "src/A.java",
                "package a;\n\nimport java.util.List;\nimport java.util.Map;\n\nclass A {\n    List<String> names;\n}\n");

        // When
        RewriteReply reply = RewriteMain.apply(request(REMOVE_UNUSED_IMPORTS, Map.of(), "src/A.java"));

        // Then
        assertThat(reply.error()).isNull();
        assertThat(reply.skipped()).isEmpty();
        assertThat(reply.changes()).singleElement().satisfies(change -> {
            assertThat(change.path()).isEqualTo("src/A.java");
            assertThat(Path.of(String.valueOf(change.content())))
                    .hasContent("package a;\n\nimport java.util.List;\n\nclass A {\n    List<String> names;\n}\n");
        });
    }

    @Test
    void shouldReportAFileWhoseTypesAreNotKnown() throws IOException {
        // Given
        file("A.java", "import org.example.Missing;\nimport java.util.Map;\n\nclass A {\n    Missing missing;\n}\n");
        file("B.java", "import java.util.Map;\n\nclass B {}\n");

        // When
        RewriteReply reply = RewriteMain.apply(request(REMOVE_UNUSED_IMPORTS, Map.of(), "A.java", "B.java"));

        // Then
        assertThat(reply.changes()).extracting(RewriteReply.Change::path).containsExactly("B.java");
        assertThat(reply.skipped()).singleElement().satisfies(skipped -> {
            assertThat(skipped.path()).isEqualTo("A.java");
            assertThat(skipped.code()).isEqualTo("TYPES_MISSING");
            assertThat(skipped.reason()).contains("Missing");
        });
    }

    @Test
    void shouldTakeTypesFromSupportingSources() throws IOException {
        // Given
        file("p/A.java", "package p;\n\nimport java.util.Map;\nimport q.B;\n\nclass A {\n    B b;\n}\n");
        file("q/B.java", "package q;\n\nimport java.util.Set;\n\npublic class B {}\n");
        RewriteRequest request = new RewriteRequest(
                directory.toString(),
                REMOVE_UNUSED_IMPORTS,
                Map.of(),
                List.of(),
                List.of(new Group(List.of("p/A.java"), List.of("q/B.java"), List.of())),
                directory.resolve("out").toString(),
                true);

        // When
        RewriteReply reply = RewriteMain.apply(request);

        // Then
        assertThat(reply.skipped()).isEmpty();
        assertThat(reply.changes()).extracting(RewriteReply.Change::path).containsExactly("p/A.java");
    }

    @Test
    void shouldNameRecipesLikeAnUnknownOne() throws IOException {
        // Given
        file("A.java", "class A {}\n");

        // When
        RewriteReply reply = RewriteMain.apply(request("org.openrewrite.java.RemoveUnusedImport", Map.of(), "A.java"));

        // Then
        assertThat(reply.error()).isEqualTo("UNKNOWN_RECIPE");
        assertThat(reply.nearest()).startsWith(REMOVE_UNUSED_IMPORTS);
    }

    @Test
    void shouldGiveOptionsToTheRecipeAndRenameFiles() throws IOException {
        // Given
        file("old/A.java", "package old;\n\npublic class A {}\n");

        // When
        RewriteReply reply = RewriteMain.apply(request(
                "org.openrewrite.java.ChangePackage",
                Map.of("oldPackageName", "old", "newPackageName", "fresh"),
                "old/A.java"));

        // Then
        assertThat(reply.error()).isNull();
        assertThat(reply.changes()).extracting(RewriteReply.Change::path).containsExactly("old/A.java", "fresh/A.java");
        assertThat(reply.changes().get(0).content()).isNull();
    }

    @Test
    void shouldRefuseARecipeWithoutItsOptions() throws IOException {
        // Given
        file("A.java", "class A {}\n");

        // When
        RewriteReply reply = RewriteMain.apply(request("org.openrewrite.java.ChangePackage", Map.of(), "A.java"));

        // Then
        assertThat(reply.error()).isEqualTo("INVALID_OPTIONS");
        assertThat(reply.message()).contains("oldPackageName");
    }

    @Test
    void shouldApplyARecipeThatTheRepositoryDeclares() throws IOException {
        // Given
        file("a.properties", "old.key=1\n");
        Path declaration = file(
                "rewrite.yml",
                """
                type: specs.openrewrite.org/v1beta/recipe
                name: com.example.Tidy
                displayName: Tidy
                description: Tidies.
                recipeList:
                  - org.openrewrite.properties.ChangePropertyKey:
                      oldPropertyKey: old.key
                      newPropertyKey: new.key
                """);
        RewriteRequest request = new RewriteRequest(
                directory.toString(),
                "com.example.Tidy",
                Map.of(),
                List.of(declaration.toString()),
                List.of(new Group(List.of("a.properties"), List.of(), List.of())),
                directory.resolve("out").toString(),
                true);

        // When
        RewriteReply reply = RewriteMain.apply(request);

        // Then
        assertThat(reply.error()).isNull();
        assertThat(Path.of(String.valueOf(reply.changes().get(0).content()))).hasContent("new.key=1\n");
    }

    private RewriteRequest request(String recipe, Map<String, String> options, String... files) {
        return new RewriteRequest(
                directory.toString(),
                recipe,
                options,
                List.of(),
                List.of(new Group(List.of(files), List.of(), List.of())),
                directory.resolve("out").toString(),
                true);
    }

    private Path file(String path, String text) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
