package io.sweaifleet.agent.playbook.build;

import io.sweaifleet.agent.playbook.Toolbox;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.List;
import java.util.Map;

/** How this fleet calls Maven. */
public final class MavenCommand {

    /** Environment of every call: small, and ending with its parent's time. */
    public static final Map<String, String> ENVIRONMENT =
            Map.of("MAVEN_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dstyle.color=never");

    /**
     * Options of every call: offline, without colours, and without checks that judge form rather than function. A build
     * that does not know one of the properties ignores it.
     */
    public static final List<String> OPTIONS = List.of(
            "-o",
            "-B",
            "-ntp",
            "-Dstyle.color=never",
            "-Dspotless.check.skip=true",
            "-Dspotless.apply.skip=true",
            "-Dcheckstyle.skip=true",
            "-Dpmd.skip=true",
            "-Dcpd.skip=true",
            "-Dspotbugs.skip=true",
            "-Drat.skip=true",
            "-Dlicense.skip=true",
            "-Djacoco.skip=true",
            "-Denforcer.skip=true",
            "-Dmaven.javadoc.skip=true",
            "-Dmaven.source.skip=true",
            "-Dgpg.skip=true");

    /** Why a Maven build is skipped where there is no Maven. */
    public static final String MISSING_REASON =
            "the repository builds with Maven, but there is no mvn on the path, and no wrapper script in the build";

    /** What to do about it. */
    public static final String MISSING_REMEDY = "install Maven, for example 'apt-get install maven'";

    private MavenCommand() {}

    /**
     * How to fetch what a build misses. Only the build itself fetches all of it: dependency:go-offline stops at the first
     * module that needs another one, and leaves out what Surefire loads for the tests it finds.
     *
     * @param directory directory of the root pom
     * @param phase up to which it is to run
     */
    public static String fetchRemedy(String directory, String phase) {
        return "run 'mvn -fn " + phase + "' once in "
                + (directory.isEmpty() ? "the repository" : "the repository's directory " + directory)
                + " on this machine, with a network";
    }

    /** Program of a build in a directory: {@code mvn}, else the build's wrapper script; empty when there is neither. */
    public static List<String> program(Toolbox tools, String directory) {
        if (tools.hasProgram("mvn")) {
            return List.of("mvn");
        }
        if (tools.hasProgram("java")
                && Files.isRegularFile(tools.root().resolve(directory).resolve("mvnw"), LinkOption.NOFOLLOW_LINKS)) {
            return List.of("sh", "./mvnw");
        }
        return List.of();
    }
}
