package io.sweaifleet.agent.playbook.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;

class MavenLogTest {

    @Test
    void shouldTellCompilerErrorsMissingArtifactsAndSkippedModulesApart() {
        // Given
        String log =
                """
                [INFO] Running demo.ATest
                [INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in demo.ATest
                [ERROR] COMPILATION ERROR :
                [ERROR] /work/b/src/main/java/B.java:[4,13] incompatible types: String cannot be converted to int
                [INFO] Reactor Summary for parent 1:
                [INFO]
                [INFO] parent ............................................. SUCCESS [  0.004 s]
                [INFO] b .................................................. FAILURE [  0.5 s]
                [INFO] a rather long module name that leaves no room for dots at all SKIPPED
                [INFO] after .............................................. SKIPPED
                [INFO] BUILD FAILURE
                [ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.14.1:compile (default-compile) on project b: Compilation failure
                [ERROR] /work/b/src/main/java/B.java:[4,13] incompatible types: String cannot be converted to int
                [ERROR] Failed to execute goal on project c: Could not resolve dependencies for project demo:c:jar:1: Cannot access central (https://repo.example.org) in offline mode and the artifact org.example:lib:jar:2.0 has not been downloaded from it before. -> [Help 1]
                """;

        // When
        MavenLog parsed = MavenLog.parse(log);

        // Then
        assertThat(parsed.success()).isFalse();
        assertThat(parsed.modules())
                .contains(entry("parent", "SUCCESS"), entry("b", "FAILURE"), entry("after", "SKIPPED"));
        assertThat(parsed.compilerErrors())
                .containsExactly(new SourceProblem(
                        "/work/b/src/main/java/B.java", 4, "incompatible types: String cannot be converted to int"));
        assertThat(parsed.failures())
                .extracting(MavenLog.GoalFailure::project, MavenLog.GoalFailure::unresolved)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("b", false),
                        org.assertj.core.groups.Tuple.tuple("c", true));
        assertThat(parsed.failures().get(0).compilation()).isTrue();
        assertThat(parsed.missing()).containsExactly("org.example:lib:2.0");
        assertThat(parsed.unfinished()).isEmpty();
    }

    @Test
    void shouldSayWhyNothingCouldBeCompiledWhenNoFileIsToBlame() {
        // Given
        String log =
                """
                [INFO] BUILD FAILURE
                [ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.1:compile (default-compile) on project b: Compilation failure: Compilation failure:
                [ERROR] Source option 5 is no longer supported. Use 7 or later.
                [ERROR] Target option 5 is no longer supported. Use 7 or later.
                [ERROR] -> [Help 1]
                """;

        // When
        MavenLog parsed = MavenLog.parse(log);

        // Then
        assertThat(parsed.failures())
                .extracting(MavenLog.GoalFailure::message)
                .containsExactly("Compilation failure: Source option 5 is no longer supported. Use 7 or later.;"
                        + " Target option 5 is no longer supported. Use 7 or later.");
    }

    @Test
    void shouldNameTheClassThatWasRunningWhenTheLogEnds() {
        // Given
        String log =
                "[INFO] Running demo.ATest\n[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s - in demo.ATest\n"
                        + "\u001b[1mINFO\u001b[m\n[INFO] Running demo.Slow$Inner\n";

        // When
        MavenLog parsed = MavenLog.parse(log);

        // Then
        assertThat(parsed.unfinished()).containsExactly("demo.Slow$Inner");
    }

    @Test
    void shouldSayWhatIsMissingWhenNoProjectCouldBeRead() {
        // Given
        String log =
                """
                [ERROR] [ERROR] Some problems were encountered while processing the POMs:
                [FATAL] Non-resolvable parent POM for demo:a:1: Cannot access central (https://repo.example.org) in offline mode and the artifact org.example:parent:pom:7 has not been downloaded from it before. and 'parent.relativePath' points at wrong local POM @ line 3, column 11
                [INFO] BUILD FAILURE
                """;

        // When
        List<MavenLog.GoalFailure> failures = MavenLog.parse(log).failures();

        // Then
        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.project()).isEmpty();
            assertThat(failure.unresolved()).isTrue();
        });
    }
}
