package io.sweaifleet.schemas.role.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.json.FieldProblem;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import io.sweaifleet.schemas.role.SecretGrant;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import io.sweaifleet.schemas.yaml.YamlDocument;
import io.sweaifleet.schemas.yaml.YamlProblem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads roles from YAML. A file holds one role, or several separated by {@code ---}. Fields are those of
 * {@code RoleDefinition}, under the same names; times such as {@code attemptTimeoutMs} may be written as {@code 15m};
 * {@code updatedAt} is taken from the clock when it is left out. Strict: an unknown key, a wrong type, a missing field, an
 * unknown tool or a value out of bounds is a problem with its file, line and remedy, and nothing is applied.
 */
public final class RoleYaml {

    /** Tools that agents have. A rule or a role that names another one is refused. */
    public static final Set<String> TOOLS = Set.of("read", "search", "edit", "run", "test", "git", "http_get");

    /** Names of the tools of MCP servers, which are the operator's to know. */
    private static final Pattern MCP_TOOL = Pattern.compile("mcp\\.[a-z][a-z0-9-]{0,31}\\.[A-Za-z0-9_.-]{1,100}");

    private static final Set<String> SANDBOXES = Set.of("", "bubblewrap", "docker", "kubernetes", "process");

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");
    private static final Pattern KIND = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}(\\.[a-z0-9][a-z0-9-]{0,99})*");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.*?{},:-]+");
    private static final Pattern SECRET = Pattern.compile("[A-Z][A-Z0-9_]{0,99}");
    private static final long MIN_TIMEOUT_MS = 1_000;
    private static final long MAX_TIMEOUT_MS = 24L * 60 * 60 * 1_000;

    private RoleYaml() {}

    /**
     * The roles of a file, in its order.
     *
     * @param source name of the file, for messages
     * @param text content of the file
     * @throws InvalidYamlException listing every problem
     */
    public static List<RoleDefinition> parse(String source, String text) throws InvalidYamlException {
        return parse(source, text, Instant.now());
    }

    /**
     * As {@link #parse(String, String)}, with the {@code updatedAt} of roles that name none.
     *
     * @throws InvalidYamlException listing every problem
     */
    public static List<RoleDefinition> parse(String source, String text, Instant now) throws InvalidYamlException {
        List<YamlProblem> problems = new ArrayList<>();
        List<RoleDefinition> roles = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlDocument yaml : YamlDocument.all(source, text, "role, version, tools, rules and playbooks")) {
            Document document = new Document(yaml, problems);
            RoleDefinition role = document.read(now);
            if (role != null) {
                if (!names.add(role.getRole())) {
                    document.problem("role", role.getRole(), "the file defines it twice", "keep one of them");
                }
                roles.add(role);
            }
        }
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(YamlProblem::line));
            throw new InvalidYamlException(problems);
        }
        return List.copyOf(roles);
    }

    /** One document of a file. */
    private record Document(YamlDocument yaml, List<YamlProblem> problems) {

        @Nullable
        RoleDefinition read(Instant now) {
            JsonNode node = yaml.node();
            if (node instanceof ObjectNode object && !object.has("updatedAt")) {
                object.put("updatedAt", now.toString());
            }
            RoleDefinition role;
            try {
                role = RecordJsonReader.read(node, RoleDefinition.class);
            } catch (InvalidDocumentException e) {
                for (FieldProblem found : e.problems()) {
                    problems.add(yaml.problem(found));
                }
                return null;
            }
            checkRole(role);
            checkRules(role);
            checkSecrets(role);
            return role;
        }

        private void checkRole(RoleDefinition role) {
            if (!ID.matcher(role.getRole()).matches()) {
                problem("role", role.getRole(), "not a name", "use " + ID.pattern());
            }
            if (role.getVersion() < 1) {
                problem("version", role.getVersion(), "below 1", "count from 1, and up with every change");
            }
            for (int i = 0; i < role.getTools().size(); i++) {
                checkTool("tools[" + i + "]", role.getTools().get(i));
            }
            Set<String> kinds = new HashSet<>();
            for (int i = 0; i < role.getPlaybooks().size(); i++) {
                String kind = role.getPlaybooks().get(i);
                if (!KIND.matcher(kind).matches()) {
                    problem("playbooks[" + i + "]", kind, "not a kind of task", "use a form such as qa.run-tests");
                } else if (!kinds.add(kind)) {
                    problem("playbooks[" + i + "]", kind, "listed twice", "list it once");
                }
            }
            for (int i = 0; i < role.getModels().size(); i++) {
                if (!ID.matcher(role.getModels().get(i)).matches()) {
                    problem(
                            "models[" + i + "]",
                            role.getModels().get(i),
                            "not the name of a model",
                            "use the name of fleet.models.NAME in the worker's settings");
                }
            }
            within("maxSteps", role.getMaxSteps(), 1, 10_000);
            if (role.getMaxTokens() != null) {
                within("maxTokens", role.getMaxTokens(), 1, 1_000_000_000_000L);
            }
            if (role.getMaxCostMicroUsd() != null) {
                within("maxCostMicroUsd", role.getMaxCostMicroUsd(), 1, 1_000_000_000_000L);
            }
            within("agents", role.getAgents(), 1, 10_000);
            within("slotsPerAgent", role.getSlotsPerAgent(), 1, 10_000);
            within("attemptTimeoutMs", role.getAttemptTimeoutMs(), MIN_TIMEOUT_MS, MAX_TIMEOUT_MS);
            if (!SANDBOXES.contains(role.getSandbox())) {
                problem(
                        "sandbox",
                        role.getSandbox(),
                        "no such sandbox",
                        "use bubblewrap, docker, kubernetes or process, or leave it out for the worker's own");
            }
            Resources resources = role.getResources();
            if (resources != null) {
                if (!(resources.getCpu() >= 0 && resources.getCpu() <= 1024)) {
                    problem("resources.cpu", resources.getCpu(), "out of bounds", "use 0 to 1024 cores");
                }
                if (!(resources.getGpu() >= 0 && resources.getGpu() <= 64)) {
                    problem("resources.gpu", resources.getGpu(), "out of bounds", "use 0 to 64");
                }
                within("resources.memoryBytes", resources.getMemoryBytes(), 0, 1L << 50);
            }
        }

        private void checkRules(RoleDefinition role) {
            Set<String> names = new HashSet<>();
            for (int i = 0; i < role.getRules().size(); i++) {
                PolicyRule rule = role.getRules().get(i);
                String at = "rules[" + i + "]";
                if (rule.getName().isBlank()) {
                    problem(at + ".name", "", "empty", "name the rule; audit events show the name");
                } else if (!names.add(rule.getName())) {
                    problem(at + ".name", rule.getName(), "used by an earlier rule", "give each rule its own name");
                }
                if (rule.getEffect() == RuleEffect.UNKNOWN) {
                    problem(at + ".effect", "", "missing", "use deny, ask or allow");
                }
                if (!rule.getTool().equals("*")) {
                    checkTool(at + ".tool", rule.getTool());
                    boolean useless = rule.getEffect() == RuleEffect.ALLOW
                            && TOOLS.contains(rule.getTool())
                            && !role.getTools().contains(rule.getTool());
                    if (useless) {
                        problem(at + ".tool", rule.getTool(), "allowed here, but not in tools", "add it to tools");
                    }
                }
                String path = rule.getPath();
                if (path != null && path.startsWith("/")) {
                    problem(at + ".path", path, "absolute", "write it relative to the repository, such as src/**");
                }
                String host = rule.getHost();
                if (host != null && !HOST.matcher(host).matches()) {
                    problem(
                            at + ".host",
                            host,
                            "not a host",
                            "use a name without scheme, port and path, such as *.example.org");
                }
            }
        }

        private void checkSecrets(RoleDefinition role) {
            Set<String> names = new HashSet<>();
            for (int i = 0; i < role.getSecrets().size(); i++) {
                SecretGrant secret = role.getSecrets().get(i);
                String at = "secrets[" + i + "]";
                if (!SECRET.matcher(secret.getName()).matches()) {
                    problem(at + ".name", secret.getName(), "not a name of a secret", "use " + SECRET.pattern());
                } else if (secret.getName().startsWith("FLEET_")) {
                    problem(at + ".name", secret.getName(), "a name of the fleet's own", "use another name");
                } else if (!names.add(secret.getName())) {
                    problem(at + ".name", secret.getName(), "granted twice", "grant it once");
                }
                boolean open = secret.getArgv().stream().allMatch(word -> word.matches("[*?]*"));
                if (open) {
                    problem(
                            at + ".argv",
                            String.join(" ", secret.getArgv()),
                            "matches every command",
                            "name the one command that gets it, such as [npm, publish]");
                }
            }
        }

        private void checkTool(String field, String tool) {
            if (!TOOLS.contains(tool) && !MCP_TOOL.matcher(tool).matches()) {
                problem(
                        field,
                        tool,
                        "no such tool",
                        "tools are " + String.join(", ", TOOLS.stream().sorted().toList())
                                + ", and mcp.SERVER.TOOL for those of MCP servers");
            }
        }

        private void within(String field, long value, long min, long max) {
            if (value < min || value > max) {
                problem(field, value, "out of bounds", "use " + min + " to " + max);
            }
        }

        void problem(String field, Object value, String message, String remedy) {
            problems.add(yaml.problem(field, value, message, remedy));
        }
    }
}
