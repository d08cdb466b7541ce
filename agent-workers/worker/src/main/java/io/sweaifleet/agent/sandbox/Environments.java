package io.sweaifleet.agent.sandbox;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The environment that commands get: nothing of the worker's but its toolchains. */
final class Environments {

    /** Marks every child of an attempt, so that those that left their process group can be found. */
    static final String LEASE_VARIABLE = "FLEET_LEASE_DIR";

    private Environments() {}

    static Map<String, String> of(
            HostEnvironment host,
            HostUser user,
            Confinement confinement,
            SandboxedCommand command,
            Path home,
            Path temporary) {
        Map<String, String> variables = new TreeMap<>(host.variables());
        variables.put("PATH", host.pathVariable());
        variables.put("HOME", home.toString());
        variables.put("USER", user.name());
        variables.put("LOGNAME", user.name());
        variables.put("LANG", "C.UTF-8");
        variables.put("LC_ALL", "C.UTF-8");
        variables.put("TERM", "dumb");
        variables.put("TMPDIR", temporary.toString());
        variables.put("GIT_OPTIONAL_LOCKS", "0");
        variables.put("GIT_TERMINAL_PROMPT", "0");
        variables.putAll(CacheDirectory.variables(command.caches(), home));
        command.environment()
                .forEach((name, value) -> variables.merge(
                        name,
                        value,
                        (ours, given) ->
                                // Both add switches to the same variable: the caches' place must not get lost.
                                name.equals("MAVEN_OPTS") ? ours + " " + given : given));
        variables.put("FLEET_RUN", confinement.fleetRun());
        variables.put(LEASE_VARIABLE, confinement.lease().toString());
        return variables;
    }
}
