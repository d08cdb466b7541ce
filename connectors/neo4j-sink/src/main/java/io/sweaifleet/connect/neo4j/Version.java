package io.sweaifleet.connect.neo4j;

/** Version of this plugin, from the jar's manifest. */
final class Version {

    private Version() {}

    static String get() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
