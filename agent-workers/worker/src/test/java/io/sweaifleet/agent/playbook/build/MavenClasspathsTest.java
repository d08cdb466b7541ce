package io.sweaifleet.agent.playbook.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MavenClasspathsTest {

    @Test
    void shouldReadClassPathsOfEveryModule() {
        // Given
        String log =
                """
                [DEBUG] Configuring mojo 'org.apache.maven.plugins:maven-compiler-plugin:3.14.1:compile' with basic configurator -->
                [DEBUG]   (f) basedir = /work/a
                [DEBUG]   (f) compilePath = [/work/a/target/classes, /m2/x.jar]
                [DEBUG] -- end configuration --
                [DEBUG] Configuring mojo execution 'org.apache.maven.plugins:maven-compiler-plugin:3.8.0:testCompile:default-testCompile' with basic configurator -->
                [DEBUG]   (f) basedir = /work/b
                [DEBUG]   (f) classpathElements = [/m2/y.jar]
                [DEBUG] -- end configuration --
                [DEBUG]   (f) basedir = /work/c
                [DEBUG]   (f) compilePath = [/m2/of-another-mojo.jar]
                """;

        // When
        MavenClasspaths classpaths = MavenClasspaths.parse(log);

        // Then
        assertThat(classpaths.main()).isEqualTo(Map.of("/work/a", List.of("/work/a/target/classes", "/m2/x.jar")));
        assertThat(classpaths.test()).isEqualTo(Map.of("/work/b", List.of("/m2/y.jar")));
    }
}
