package io.sweaifleet.agent.playbook.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MavenLayoutTest {

    @Test
    void shouldFindBuildsByWhichPomsAreModulesOfOthers() {
        // Given
        MavenLayout layout = new MavenLayout(Map.of(
                "pom.xml", "<project><modules><module>a</module><module>b/pom.xml</module></modules></project>",
                "a/pom.xml",
                        "<project><profiles><profile><modules><module>../c</module></modules></profile></profiles></project>",
                "b/pom.xml", "<project/>",
                "c/pom.xml", "<project/>",
                "tools/check/pom.xml", "<project/>"));

        // When / Then
        assertThat(layout.roots()).containsExactly("", "tools/check");
        assertThat(layout.reactor("")).containsExactly("", "a", "b", "c");
        assertThat(layout.moduleOf("a/src/main/java/A.java")).isEqualTo("a");
        assertThat(layout.moduleOf("README.md")).isEmpty();
    }

    @Test
    void shouldTakeAPomThatIsNotWellFormedAsABuildWithoutModules() {
        // Given
        MavenLayout layout = new MavenLayout(Map.of("pom.xml", "<project><modules>"));

        // When / Then
        assertThat(layout.roots()).containsExactly("");
    }

    @Test
    void shouldNotReadExternalEntities() {
        // Given
        String pom = "<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
                + "<project><modules><module>&x;</module></modules></project>";

        // When / Then
        assertThat(MavenLayout.modules(pom)).allMatch(String::isEmpty);
    }
}
