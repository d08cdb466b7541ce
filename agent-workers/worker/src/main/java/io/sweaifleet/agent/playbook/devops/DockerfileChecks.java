package io.sweaifleet.agent.playbook.devops;

import io.sweaifleet.agent.playbook.devops.Dockerfile.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for Dockerfiles. */
final class DockerfileChecks {

    private static final Pattern APT_INSTALL = Pattern.compile("apt(-get)?\\s+(-\\S+\\s+)*install\\b");
    private static final Pattern APT_UPDATE = Pattern.compile("apt(-get)?\\s+(-\\S+\\s+)*update\\b");
    private static final Pattern PIPE =
            Pattern.compile("(curl|wget)\\b[^|;&]*\\|\\s*(sudo\\s+)?(ba|z|da)?sh\\b|sh\\s+-c\\s+\"?\\$\\((curl|wget)");
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_.]*)=(\"[^\"]*\"|'[^']*'|\\S*)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)(:?-([^}]*))?}?");

    private DockerfileChecks() {}

    static void check(String path, String text, Issues issues) {
        Dockerfile file = Dockerfile.parse(text);
        Map<String, String> defaults = new HashMap<>();
        Map<String, Optional<Instruction>> users = new HashMap<>();
        Set<String> stages = users.keySet();
        Instruction lastFrom = null;
        Instruction user = null;
        String stage = "";
        for (Instruction instruction : file.instructions()) {
            switch (instruction.name()) {
                case "FROM" -> {
                    from(path, instruction, defaults, stages, issues);
                    lastFrom = instruction;
                    // A stage on top of another one begins with its user.
                    user = users.getOrDefault(word(instruction, 0), Optional.empty())
                            .orElse(null);
                    stage = word(instruction, 1).equals("as") ? word(instruction, 2) : "";
                    users.put(stage, Optional.ofNullable(user));
                }
                case "USER" -> {
                    user = instruction;
                    users.put(stage, Optional.of(instruction));
                }
                case "ARG" -> {
                    argument(path, instruction, issues);
                    if (lastFrom == null) {
                        remember(instruction, defaults);
                    }
                }
                case "ENV" -> environment(path, instruction, issues);
                case "ADD" -> add(path, instruction, issues);
                case "RUN" -> run(path, instruction, issues);
                default -> {
                    // The others are not judged.
                }
            }
        }
        root(path, lastFrom, user, issues);
    }

    /** Sources of COPY and ADD that come from the build context. */
    static List<String> copied(String text) {
        List<String> sources = new ArrayList<>();
        for (Instruction instruction : Dockerfile.parse(text).instructions()) {
            String arguments = instruction.arguments();
            boolean copies =
                    instruction.name().equals("COPY") || instruction.name().equals("ADD");
            if (!copies || arguments.contains("--from=") || arguments.contains("<<")) {
                continue;
            }
            List<String> words = Arrays.stream(
                            arguments.replaceAll("[\\[\\]\",]", " ").strip().split("\\s+"))
                    .filter(word -> !word.startsWith("--"))
                    .toList();
            sources.addAll(words.subList(0, Math.max(0, words.size() - 1)));
        }
        return sources;
    }

    private static void from(
            String path, Instruction from, Map<String, String> defaults, Set<String> stages, Issues issues) {
        List<String> words = Arrays.stream(from.arguments().split("\\s+"))
                .filter(word -> !word.startsWith("--"))
                .toList();
        String image = words.isEmpty() ? "" : substitute(words.get(0), defaults);
        if (!image.equals("scratch")
                && !stages.contains(image.toLowerCase(Locale.ROOT))
                && ImageName.isUnpinned(image)) {
            issues.add(
                    Rule.DOCKER_BASE_UNPINNED,
                    path,
                    from.line(),
                    ImageName.tag(image).isEmpty()
                            ? "The base image " + image + " has no tag"
                            : "The base image is " + image);
        }
    }

    /** A word of FROM without its options, in lower case; empty when there are fewer. */
    private static String word(Instruction from, int index) {
        List<String> words = Arrays.stream(from.arguments().split("\\s+"))
                .filter(word -> !word.startsWith("--"))
                .toList();
        return index < words.size() ? words.get(index).toLowerCase(Locale.ROOT) : "";
    }

    private static String substitute(String image, Map<String, String> defaults) {
        Matcher matcher = VARIABLE.matcher(image);
        return matcher.replaceAll(found -> {
            String fallback = found.group(3);
            String value = defaults.getOrDefault(found.group(1), fallback == null ? found.group() : fallback);
            return Matcher.quoteReplacement(value);
        });
    }

    private static void remember(Instruction argument, Map<String, String> defaults) {
        Matcher matcher = ASSIGNMENT.matcher(argument.arguments());
        while (matcher.find()) {
            defaults.put(matcher.group(1), unquoted(matcher.group(2)));
        }
    }

    private static void argument(String path, Instruction argument, Issues issues) {
        for (String word : argument.arguments().split("\\s+")) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (SecretNames.isSecret(name)) {
                issues.add(
                        Rule.DOCKER_SECRET,
                        path,
                        argument.line(),
                        "The build argument " + name + " stays in the image's history");
            }
        }
    }

    private static void environment(String path, Instruction environment, Issues issues) {
        Matcher matcher = ASSIGNMENT.matcher(environment.arguments());
        boolean found = false;
        while (matcher.find()) {
            found = true;
            secret(path, environment, matcher.group(1), unquoted(matcher.group(2)), issues);
        }
        String[] words = environment.arguments().split("\\s+", 2);
        if (!found && words.length == 2) {
            // The old form: ENV NAME value
            secret(path, environment, words[0], words[1], issues);
        }
    }

    private static void secret(String path, Instruction at, String name, String value, Issues issues) {
        if (SecretNames.isSecret(name) && !value.isBlank()) {
            issues.add(Rule.DOCKER_SECRET, path, at.line(), "The variable " + name + " has a value in the image");
        }
    }

    private static void add(String path, Instruction add, Issues issues) {
        boolean remote = Arrays.stream(add.arguments().split("\\s+"))
                .anyMatch(word -> word.replace("\"", "").replace("[", "").matches("(?i)https?://.*"));
        if (remote && !add.arguments().contains("--checksum=")) {
            issues.add(Rule.DOCKER_ADD_URL, path, add.line(), "ADD downloads without a checksum");
        }
    }

    private static void run(String path, Instruction run, Issues issues) {
        String command = run.arguments();
        boolean installs = APT_INSTALL.matcher(command).find();
        boolean updates = APT_UPDATE.matcher(command).find();
        boolean cached = command.contains("--mount=type=cache");
        if (installs && !command.contains("--no-install-recommends") && !command.contains("APT::Install-Recommends")) {
            issues.add(Rule.DOCKER_APT_RECOMMENDS, path, run.line(), "apt-get install takes recommended packages too");
        }
        if (installs && !cached && !command.contains("/var/lib/apt/lists")) {
            issues.add(Rule.DOCKER_APT_LISTS, path, run.line(), "The package lists stay in the layer");
        }
        if (updates && !installs && !command.contains("upgrade")) {
            issues.add(
                    Rule.DOCKER_APT_UPDATE_ALONE, path, run.line(), "apt-get update without install in the same RUN");
        }
        if (PIPE.matcher(command).find()) {
            issues.add(Rule.DOCKER_PIPE_TO_SHELL, path, run.line(), "A download is piped into a shell");
        }
    }

    private static void root(String path, @Nullable Instruction from, @Nullable Instruction user, Issues issues) {
        if (from == null || from.arguments().contains("nonroot")) {
            return;
        }
        String name = user == null ? "" : user.arguments().strip().split(":")[0];
        if (user == null) {
            issues.add(
                    Rule.DOCKER_ROOT,
                    path,
                    from.line(),
                    "The last stage has no USER, so it runs as its base image does, mostly root");
        } else if (name.equals("root") || name.equals("0")) {
            issues.add(Rule.DOCKER_ROOT, path, user.line(), "The last USER is root");
        }
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1 && (value.startsWith("\"") || value.startsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
