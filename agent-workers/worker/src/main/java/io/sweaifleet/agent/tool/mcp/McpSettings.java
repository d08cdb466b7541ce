package io.sweaifleet.agent.tool.mcp;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings of MCP servers: {@code fleet.worker.mcp.<name>.command} (words, quoted where they hold spaces) or {@code .url}, and
 * {@code .timeout} and {@code .environment} (names of variables of the worker that it is given).
 */
public final class McpSettings implements SettingsProvider {

    /** Before the name of a server. */
    public static final String PREFIX = "fleet.worker.mcp.";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    /** For the service loader. */
    public McpSettings() {}

    @Override
    public String part() {
        return "Worker: MCP servers";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of();
    }

    @Override
    public List<PassedOn> passedOn() {
        return List.of(new PassedOn(
                PREFIX,
                "An MCP server whose tools agents may call as mcp.NAME.TOOL: NAME.command (a program that speaks MCP on its"
                        + " standard input and output) or NAME.url (streamable HTTP), NAME.timeout (60s), NAME.environment"
                        + " (names of the worker's variables that the program is given); see docs/tools.md"));
    }

    /**
     * The servers that the settings name, sorted.
     *
     * @throws SettingException when one is not usable
     */
    public static List<McpServer> servers(Settings settings) {
        return servers(settings.withPrefix(PREFIX), System.getenv());
    }

    static List<McpServer> servers(Map<String, String> given, Map<String, String> variables) {
        Map<String, Map<String, String>> byName = new TreeMap<>();
        given.forEach((rest, value) -> {
            int dot = rest.lastIndexOf('.');
            String name = dot < 0 ? rest : rest.substring(0, dot);
            if (dot < 0 || !NAME.matcher(name).matches()) {
                throw wrong(
                        rest,
                        value,
                        "names no server and key",
                        "write " + PREFIX + "NAME.command, with NAME as in " + NAME.pattern());
            }
            byName.computeIfAbsent(name, any -> new LinkedHashMap<>()).put(rest.substring(dot + 1), value.strip());
        });
        List<McpServer> servers = new ArrayList<>();
        byName.forEach((name, keys) -> servers.add(server(name, keys, variables)));
        return servers;
    }

    private static McpServer server(String name, Map<String, String> keys, Map<String, String> variables) {
        keys.forEach((key, value) -> {
            if (!List.of("command", "url", "timeout", "environment").contains(key)) {
                throw wrong(name + "." + key, value, "is not known", "use command, url, timeout or environment");
            }
        });
        List<String> command = words(keys.getOrDefault("command", ""));
        String url = keys.getOrDefault("url", "");
        if (command.isEmpty() == url.isEmpty()) {
            throw wrong(
                    name,
                    "",
                    command.isEmpty() ? "has neither command nor url" : "has both command and url",
                    "give one");
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : keys.getOrDefault("environment", "").split("[,\\s]+")) {
            String value = variables.get(variable);
            if (!variable.isEmpty() && value == null) {
                throw wrong(
                        name + ".environment",
                        variable,
                        "is no variable of the worker",
                        "set it before the worker starts");
            }
            if (value != null) {
                environment.put(variable, value);
            }
        }
        return new McpServer(
                name,
                command,
                url.isEmpty() ? null : uri(name, url),
                environment,
                timeout(name, keys.getOrDefault("timeout", "")));
    }

    private static URI uri(String name, String url) {
        try {
            URI uri = URI.create(url);
            if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(
                    name + ".url", url, "is no URL: " + e.getMessage(), "give one such as http://localhost:8080/mcp");
        }
        throw wrong(name + ".url", url, "is no http or https URL", "give one such as http://localhost:8080/mcp");
    }

    private static Duration timeout(String name, String text) {
        if (text.isEmpty()) {
            return TIMEOUT;
        }
        Matcher seconds = Pattern.compile("(\\d{1,4})\\s*(s|m)").matcher(text);
        if (!seconds.matches() || Integer.parseInt(seconds.group(1)) == 0) {
            throw wrong(name + ".timeout", text, "is no time", "give seconds or minutes, such as 60s or 5m");
        }
        long number = Long.parseLong(seconds.group(1));
        return seconds.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMinutes(number);
    }

    static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        return words;
    }

    private static SettingException wrong(String key, String value, String problem, String remedy) {
        return new SettingException(
                PREFIX + key, "Setting " + PREFIX + key + " = '" + value + "' " + problem + "; " + remedy + ".");
    }
}
