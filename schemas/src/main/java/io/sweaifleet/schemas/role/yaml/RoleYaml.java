package io.sweaifleet.schemas.role.yaml;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sweaifleet.schemas.json.FieldProblem;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.RecordJsonReader;
import io.sweaifleet.schemas.role.PolicyRule;
import io.sweaifleet.schemas.role.Resources;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.RuleEffect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    public static final Set<String> TOOLS = Set.of("read", "search", "edit", "run", "test", "git");

    /** Largest file, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");
    private static final Pattern KIND = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}(\\.[a-z0-9][a-z0-9-]{0,99})*");
    private static final long MIN_TIMEOUT_MS = 1_000;
    private static final long MAX_TIMEOUT_MS = 24L * 60 * 60 * 1_000;

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private RoleYaml() {}

    /**
     * The roles of a file, in its order.
     *
     * @param source name of the file, for messages
     * @param text content of the file
     * @throws InvalidRoleException listing every problem
     */
    public static List<RoleDefinition> parse(String source, String text) throws InvalidRoleException {
        return parse(source, text, Instant.now());
    }

    /**
     * As {@link #parse(String, String)}, with the {@code updatedAt} of roles that name none.
     *
     * @throws InvalidRoleException listing every problem
     */
    public static List<RoleDefinition> parse(String source, String text, Instant now) throws InvalidRoleException {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new InvalidRoleException(List.of(new RoleProblem(
                    source,
                    0,
                    "",
                    "",
                    "the file is larger than " + MAX_BYTES + " bytes",
                    "split it into one file a role")));
        }
        List<JsonNode> documents = documents(source, text);
        List<Map<String, Integer>> lines = YamlLines.of(text);
        List<RoleProblem> problems = new ArrayList<>();
        List<RoleDefinition> roles = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < documents.size(); i++) {
            Document document = new Document(source, i < lines.size() ? lines.get(i) : Map.of(), problems);
            RoleDefinition role = document.read(documents.get(i), now);
            if (role != null) {
                if (!names.add(role.getRole())) {
                    document.problem("role", role.getRole(), "the file defines it twice", "keep one of them");
                }
                roles.add(role);
            }
        }
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(RoleProblem::line));
            throw new InvalidRoleException(problems);
        }
        return List.copyOf(roles);
    }

    private static List<JsonNode> documents(String source, String text) throws InvalidRoleException {
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> nodes = YAML.readerFor(JsonNode.class).readValues(text)) {
            while (nodes.hasNextValue()) {
                JsonNode node = nodes.nextValue();
                if (node != null && !node.isMissingNode() && !node.isNull()) {
                    documents.add(node);
                }
            }
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String why = e.getOriginalMessage().lines().findFirst().orElse("it cannot be parsed");
            throw new InvalidRoleException(List.of(new RoleProblem(
                    source,
                    at == null ? 0 : at.getLineNr(),
                    "",
                    "",
                    "not YAML: " + why,
                    "correct the file at that line")));
        } catch (IOException | RuntimeException e) {
            throw new InvalidRoleException(
                    List.of(new RoleProblem(source, 0, "", "", "not YAML: " + e.getMessage(), "correct the file")));
        }
        if (documents.isEmpty()) {
            throw new InvalidRoleException(List.of(new RoleProblem(
                    source,
                    1,
                    "",
                    "",
                    "the file is empty",
                    "write at least role, version, tools, rules and playbooks")));
        }
        return documents;
    }

    /** One document of a file. */
    private record Document(String source, Map<String, Integer> lines, List<RoleProblem> problems) {

        @Nullable
        RoleDefinition read(JsonNode node, Instant now) {
            if (node instanceof ObjectNode object && !object.has("updatedAt")) {
                object.put("updatedAt", now.toString());
            }
            RoleDefinition role;
            try {
                role = RecordJsonReader.read(node, RoleDefinition.class);
            } catch (InvalidDocumentException e) {
                for (FieldProblem found : e.problems()) {
                    problem(found.field(), found.value(), found.message(), found.remedy());
                }
                return null;
            }
            checkRole(role);
            checkRules(role);
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
            within("agents", role.getAgents(), 1, 64);
            within("slotsPerAgent", role.getSlotsPerAgent(), 1, 100);
            within("attemptTimeoutMs", role.getAttemptTimeoutMs(), MIN_TIMEOUT_MS, MAX_TIMEOUT_MS);
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
            }
        }

        private void checkTool(String field, String tool) {
            if (!TOOLS.contains(tool)) {
                problem(
                        field,
                        tool,
                        "no such tool",
                        "tools are " + String.join(", ", TOOLS.stream().sorted().toList()));
            }
        }

        private void within(String field, long value, long min, long max) {
            if (value < min || value > max) {
                problem(field, value, "out of bounds", "use " + min + " to " + max);
            }
        }

        void problem(String field, Object value, String message, String remedy) {
            problems.add(
                    new RoleProblem(source, YamlLines.lineOf(lines, field), field, value.toString(), message, remedy));
        }
    }
}
