package io.sweaifleet.deploy.tests;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.sweaifleet.graph.GraphWrites;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** A declared topic has a writer and a reader in the code, apart from the world outside. */
class TopicUseTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.sweaifleet");

    /** Which part of the code that a catalogue entry speaks of uses the constant, by package. */
    private static Set<String> usersOf(FleetTopic topic) {
        Set<String> users = new TreeSet<>();
        CLASSES.stream()
                .flatMap(type -> type.getFieldAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(FleetTopic.class)
                        && access.getTarget().getName().equals(topic.name()))
                .map(JavaFieldAccess::getOriginOwner)
                .filter(owner -> !owner.isEquivalentTo(FleetTopic.class))
                .map(owner -> part(owner.getPackageName()))
                .forEach(users::add);
        if (GraphWrites.byTopic().containsKey(topic.topicName())) {
            users.add("Neo4j sink");
        }
        return users;
    }

    private static String part(String packageName) {
        if (packageName.startsWith("io.sweaifleet.topology.intake")) {
            return "intake";
        }
        if (packageName.startsWith("io.sweaifleet.topology.core")) {
            return "core";
        }
        if (packageName.startsWith("io.sweaifleet.agent.branch")) {
            return "branch follower";
        }
        if (packageName.startsWith("io.sweaifleet.agent")) {
            return "worker";
        }
        if (packageName.startsWith("io.sweaifleet.ingest")) {
            return "CLI";
        }
        return packageName;
    }

    @Test
    void shouldFindEachDeclaredWriterAndReaderInTheCode() {
        SoftAssertions softly = new SoftAssertions();
        for (FleetTopic topic : EnumSet.allOf(FleetTopic.class)) {
            // When
            Set<String> users = usersOf(topic);

            // Then
            for (String declared : (topic.writers() + ", " + topic.readers()).split(",\\s*")) {
                if (!declared.startsWith("any ")) {
                    softly.assertThat(users)
                            .as("%s is declared as written or read by '%s'", topic.topicName(), declared)
                            .contains(declared);
                }
            }
            softly.assertThat(topic.writers())
                    .as("writers of %s", topic.topicName())
                    .isNotBlank();
            softly.assertThat(topic.readers())
                    .as("readers of %s", topic.topicName())
                    .isNotBlank();
        }
        softly.assertAll();
    }
}
