package io.sweaifleet.ingest.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class FleetVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = FleetCli.class.getPackage().getImplementationVersion();
        return new String[] {
            "fleet " + (version == null ? "(development build)" : version) + ", Java " + Runtime.version()
        };
    }
}
