package io.sweaifleet.agent.playbook.developer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.build.RepositoryTrial;
import io.sweaifleet.agent.playbook.build.RepositoryTrial.Trial;
import io.sweaifleet.agent.playbook.qa.MavenRepositories;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyRecipeIT {

    @TempDir
    Path directory;

    private RepositoryTrial repository;

    @BeforeEach
    void setUp() {
        repository = new RepositoryTrial(directory);
        repository.file("pom.xml", MavenRepositories.single());
        repository.file(
                "src/main/java/demo/A.java",
                "package demo;\n\npublic class A {\n    public static int one() {\n        return 1;\n    }\n}\n");
        repository.file(
                "src/test/java/demo/ATest.java",
                "package demo;\n\nimport org.junit.jupiter.api.Test;\n\nclass ATest {\n    @Test\n    void shouldBeOne() {\n        A.one();\n    }\n}\n");
    }

    @Test
    void shouldApplyARecipeOverMainAndTestSources() throws Exception {
        // Given
        assumeThat(repository.hasProgram("mvn")).isTrue();
        repository.input("recipe", "org.openrewrite.java.ChangeMethodName");
        repository.input("options", "{\"methodPattern\": \"demo.A one()\", \"newMethodName\": \"uno\"}");

        // When
        Trial trial = repository.run(new ApplyRecipe(Rewrite.classPath())).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("files.changed", "2").containsEntry("built", "true");
        assertThat(trial.run().text("changes.patch")).contains("+    public static int uno() {", "+        A.uno();");
        assertThat(trial.run().skipped()).isEmpty();
    }

    @Test
    void shouldTakeBackAChangeThatBreaksTheBuild() throws Exception {
        // Given
        assumeThat(repository.hasProgram("mvn")).isTrue();
        repository.input("recipe", "org.openrewrite.java.ChangeMethodName");
        repository.input("options", "{\"methodPattern\": \"demo.A one()\", \"newMethodName\": \"uno\"}");
        repository.input("paths", "src/main/**");

        // When
        Trial trial = repository.run(new ApplyRecipe(Rewrite.classPath()));

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.FAILED);
        assertThat(trial.run().failure().getCode()).isEqualTo("BUILD_BROKEN");
        assertThat(trial.findingsOf("developer.build-broken"))
                .singleElement()
                .asString()
                .startsWith("src/test/java/demo/ATest.java:8 ");
        assertThat(trial.run().text("rejected.patch")).contains("uno");
        assertThat(trial.run().result().getCommit()).isNull();
    }

    @Test
    void shouldNameRecipesLikeAnUnknownOne() throws Exception {
        // Given
        repository.input("recipe", "org.openrewrite.java.ChangeMethodNames");

        // When
        Trial trial = repository.run(new ApplyRecipe(Rewrite.classPath()));

        // Then
        assertThat(trial.run().failure().getCode()).isEqualTo("INVALID_INPUT");
        assertThat(trial.run().failure().getField()).isEqualTo("inputs.recipe");
        assertThat(trial.run().failure().getRemedy()).contains("org.openrewrite.java.ChangeMethodName,");
    }

    @Test
    void shouldRefuseAMissingRecipe() {
        // When
        Trial trial = repository.run(new ApplyRecipe("unused"));

        // Then
        assertThat(trial.run().failure().getCode()).isEqualTo("INVALID_INPUT");
        assertThat(trial.run().failure().getMessage()).isEqualTo("input recipe is missing");
    }

    @Test
    void shouldSkipWithoutOpenRewrite() {
        // Given
        repository.input("recipe", "org.openrewrite.java.RemoveUnusedImports");

        // When
        Trial trial = repository.run(new ApplyRecipe(""));

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("TOOL_MISSING");
    }
}
