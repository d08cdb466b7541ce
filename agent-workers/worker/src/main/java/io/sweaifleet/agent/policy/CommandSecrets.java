package io.sweaifleet.agent.policy;

import io.sweaifleet.schemas.policy.WordPattern;
import io.sweaifleet.schemas.role.RoleDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which command of a role gets which secrets. A command gets one only when it is the granted one as it is given. */
public final class CommandSecrets {

    /** No command gets any. */
    public static final CommandSecrets NONE = new CommandSecrets(List.of(), AgentSecrets.NONE);

    private record Grant(String name, WordPattern argv) {}

    private final List<Grant> grants;
    private final AgentSecrets secrets;

    private CommandSecrets(List<Grant> grants, AgentSecrets secrets) {
        this.grants = grants;
        this.secrets = secrets;
    }

    /** The grants of a role. One without words is for no command. */
    public static CommandSecrets of(RoleDefinition role, AgentSecrets secrets) {
        return new CommandSecrets(
                role.getSecrets().stream()
                        .filter(grant -> !grant.getArgv().isEmpty())
                        .map(grant -> new Grant(grant.getName(), WordPattern.of(grant.getArgv())))
                        .toList(),
                secrets);
    }

    /** Names of the secrets of a command. */
    public List<String> namesFor(List<String> argv) {
        return grants.stream()
                .filter(grant -> grant.argv().matches(argv))
                .map(Grant::name)
                .distinct()
                .toList();
    }

    /**
     * The secrets of a command, by name.
     *
     * @throws SecretException when one of them is missing or cannot be used
     */
    public Map<String, String> valuesFor(List<String> argv) {
        Map<String, String> values = new LinkedHashMap<>();
        namesFor(argv).forEach(name -> values.put(name, secrets.value(name)));
        return values;
    }
}
