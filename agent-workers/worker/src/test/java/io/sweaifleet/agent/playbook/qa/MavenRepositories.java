package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.build.RepositoryTrial;

/** Small Maven repositories for tests, with the versions of plugins and JUnit that this project itself uses. */
public final class MavenRepositories {

    private static final String PLUGINS =
            """
              <build><pluginManagement><plugins>
                <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
                <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.5</version></plugin>
                <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
              </plugins></pluginManagement></build>
            """;

    private static final String JUNIT =
            """
              <dependencies>
                <dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.14.4</version><scope>test</scope></dependency>
              </dependencies>
            """;

    private MavenRepositories() {}

    /** A pom of one module with JUnit. */
    public static String single() {
        return project(
                "<groupId>demo</groupId><artifactId>demo</artifactId><version>1</version>",
                PROPERTIES + JUNIT + PLUGINS);
    }

    private static final String PROPERTIES =
            "  <properties><maven.compiler.release>17</maven.compiler.release><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>\n";

    private static String project(String identity, String body) {
        return "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\n  " + identity
                + "\n" + body + "</project>\n";
    }

    private static String module(String name, String body) {
        return project(
                "<parent><groupId>demo</groupId><artifactId>parent</artifactId><version>1</version></parent><artifactId>"
                        + name + "</artifactId>",
                body);
    }

    private static String dependency(String group, String artifact) {
        return "<dependencies><dependency><groupId>" + group + "</groupId><artifactId>" + artifact
                + "</artifactId><version>1</version></dependency></dependencies>\n";
    }

    /** core has tests of every kind, broken does not compile, after needs broken, missing needs what is not there. */
    static void multiModule(RepositoryTrial run) {
        run.file(
                "pom.xml",
                project(
                        "<groupId>demo</groupId><artifactId>parent</artifactId><version>1</version><packaging>pom</packaging>",
                        "  <modules><module>core</module><module>broken</module><module>after</module><module>missing</module></modules>\n"
                                + PROPERTIES + PLUGINS));
        run.file("core/pom.xml", module("core", JUNIT));
        run.file(
                "core/src/test/java/demo/SumTest.java",
                """
                package demo;

                import static org.junit.jupiter.api.Assertions.*;
                import java.nio.file.*;
                import org.junit.jupiter.api.*;

                class SumTest {
                    @Test
                    void shouldAdd() {
                        assertEquals(2, 1 + 1);
                    }

                    @Test
                    void shouldBeWrong() {
                        int sum = 1 + 1;
                        assertEquals(3, sum);
                    }

                    @Test
                    void shouldFlake() throws Exception {
                        Path mark = Path.of("flaky.mark");
                        boolean first = !Files.exists(mark);
                        Files.writeString(mark, "");
                        assertFalse(first);
                    }

                    @Test
                    @Disabled("later")
                    void shouldComeLater() {}
                }
                """);
        run.file("broken/pom.xml", module("broken", ""));
        run.file("broken/src/main/java/demo/Broken.java", "package demo;\n\nclass Broken {\n    int x = \"no\";\n}\n");
        run.file("after/pom.xml", module("after", dependency("demo", "broken")));
        run.file("missing/pom.xml", module("missing", dependency("org.example", "no-such-library")));
    }

    /** Three test classes, run in this order: a quick one, one that hangs but can be interrupted, one that cannot. */
    static void hanging(RepositoryTrial run) {
        run.file(
                "pom.xml",
                single().replace("<properties>", "<properties><surefire.runOrder>alphabetical</surefire.runOrder>"));
        testClass(run, "AQuickTest", "");
        testClass(run, "MSleepTest", "Thread.sleep(600_000);");
        testClass(run, "ZSpinTest", "while (true) { Thread.onSpinWait(); }");
    }

    private static void testClass(RepositoryTrial run, String name, String body) {
        run.file(
                "src/test/java/demo/" + name + ".java",
                """
                package demo;

                class NAME {
                    @org.junit.jupiter.api.Test
                    void shouldEnd() throws Exception {
                        BODY
                    }
                }
                """
                        .replace("NAME", name)
                        .replace("BODY", body));
    }
}
