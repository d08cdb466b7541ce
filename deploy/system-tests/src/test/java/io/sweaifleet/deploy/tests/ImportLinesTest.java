package io.sweaifleet.deploy.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import whom. The parts of the pipeline meet at topics, so none knows another. */
@AnalyzeClasses(packages = "io.sweaifleet", importOptions = ImportOption.DoNotIncludeTests.class)
class ImportLinesTest {

    private static final String SCHEMAS = "io.sweaifleet.schemas..";
    private static final String TOPOLOGY = "io.sweaifleet.topology..";
    private static final String AGENT = "io.sweaifleet.agent..";
    private static final String GRAPH = "io.sweaifleet.graph..";
    private static final String SINK = "io.sweaifleet.connect.neo4j..";
    private static final String INGEST = "io.sweaifleet.ingest..";
    private static final String DEPLOY = "io.sweaifleet.deploy..";

    @ArchTest
    static final ArchRule SCHEMAS_KNOW_NO_OTHER_PART = noClasses()
            .that()
            .resideInAPackage(SCHEMAS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TOPOLOGY, AGENT, GRAPH, SINK, INGEST, DEPLOY);

    @ArchTest
    static final ArchRule TOPOLOGY_KNOWS_SCHEMAS_ONLY = noClasses()
            .that()
            .resideInAPackage(TOPOLOGY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(AGENT, GRAPH, SINK, INGEST, DEPLOY);

    @ArchTest
    static final ArchRule AGENT_WORKERS_KNOW_SCHEMAS_AND_THE_GRAPH = noClasses()
            .that()
            .resideInAPackage(AGENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TOPOLOGY, SINK, INGEST, DEPLOY);

    @ArchTest
    static final ArchRule INGEST_KNOWS_SCHEMAS_AND_THE_GRAPH = noClasses()
            .that()
            .resideInAPackage(INGEST)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TOPOLOGY, AGENT, SINK, DEPLOY);

    @ArchTest
    static final ArchRule THE_GRAPH_KNOWS_THE_DRIVER_ONLY = noClasses()
            .that()
            .resideInAPackage(GRAPH)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SCHEMAS, TOPOLOGY, AGENT, SINK, INGEST, DEPLOY, "org.apache.kafka..");

    @ArchTest
    static final ArchRule THE_SINK_KNOWS_THE_GRAPH_ONLY = noClasses()
            .that()
            .resideInAPackage(SINK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SCHEMAS, TOPOLOGY, AGENT, INGEST, DEPLOY);

    @ArchTest
    static final ArchRule DOMAIN_PACKAGES_KNOW_NO_INFRASTRUCTURE = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.sweaifleet.topology.core.domain..",
                    "io.sweaifleet.agent.attempt..",
                    "io.sweaifleet.agent.playbook..",
                    "io.sweaifleet.agent.policy..",
                    "io.sweaifleet.schemas.policy..",
                    "io.sweaifleet.schemas.audit..",
                    "io.sweaifleet.agent.tool..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka..", "io.ray..", "org.redisson..", "com.github.dockerjava..", "io.fabric8..");

    @ArchTest
    static final ArchRule DOCKER_S_CLIENT_STAYS_IN_ITS_SANDBOX =
            only("io.sweaifleet.agent.sandbox.docker..", "com.github.dockerjava..");

    @ArchTest
    static final ArchRule KUBERNETES_CLIENT_STAYS_IN_ITS_SANDBOX =
            only("io.sweaifleet.agent.sandbox.kubernetes..", "io.fabric8..");

    @ArchTest
    static final ArchRule LANGCHAIN4J_STAYS_IN_ITS_BRAIN =
            only("io.sweaifleet.agent.brain.openai..", "dev.langchain4j..");

    private static ArchRule only(String user, String library) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(user)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES_IN_SCHEMAS =
            slices().matching("io.sweaifleet.schemas.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES_IN_TOPOLOGY =
            slices().matching("io.sweaifleet.topology.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES_IN_AGENT =
            slices().matching("io.sweaifleet.agent.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CIRCLES_IN_INGEST =
            slices().matching("io.sweaifleet.ingest.(**)").should().beFreeOfCycles();
}
