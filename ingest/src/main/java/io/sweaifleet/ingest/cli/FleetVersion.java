package io.sweaifleet.ingest.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class FleetVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"fleet " + text() + ", Java " + Runtime.version()};
    }

    /** The version alone. */
    static String text() {
        String version = FleetCli.class.getPackage().getImplementationVersion();
        return version == null ? "(development build)" : version;
    }
}
