package io.sweaifleet.agent.brain.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.brain.model.ToolCall;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls of tools in the text of an answer, for endpoints without tool calling and for models that write what they should call:
 * one fenced JSON block, {@code <tool_call>{…}</tool_call>}, or {@code <action tool="read"><path>…</path></action>}.
 */
final class TextProtocol {

    private static final ObjectMapper LENIENT = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .build();

    private static final Pattern THINKING = Pattern.compile("(?s)<think(?:ing)?>.*?(?:</think(?:ing)?>|\\z)");
    private static final Pattern FENCED =
            Pattern.compile("(?s)```[ \\t]*(?:json|tool_call|tool|action)?[ \\t]*\\r?\\n(\\s*\\{.*?\\})\\s*```");
    private static final Pattern TAGGED =
            Pattern.compile("(?s)<(tool_call|function_call|tool|action)>\\s*(\\{.*?\\})\\s*(?:</\\1>|\\z)");
    private static final Pattern XML = Pattern.compile(
            "(?s)<(?:action|tool|invoke|function)(?:\\s+(?:tool|name)\\s*=\\s*[\"']?|=)([\\w.-]+)[\"']?\\s*>(.*?)</(?:action|tool|invoke|function)>");
    private static final Pattern XML_ARGUMENT = Pattern.compile(
            "(?s)<(?:(?:parameter|argument|arg)(?:\\s+name\\s*=\\s*[\"']?|=)([\\w-]+)[\"']?\\s*|([\\w-]+))>(.*?)</(?:parameter|argument|arg|\\2)>");

    private TextProtocol() {}

    /**
     * What was found in an answer.
     *
     * @param text the answer without the call
     * @param call the call, or null
     * @param problem what is wrong, for the model; empty when nothing is
     */
    record Parsed(String text, @Nullable ToolCall call, String problem) {}

    /** Finds the call of an answer. A name that no tool has is left for the tools to refuse. */
    static Parsed parse(String answer, int step) {
        String said = THINKING.matcher(answer).replaceAll("");
        List<Found> found = new ArrayList<>();
        String problem = collect(said, found);
        if (found.isEmpty()) {
            String nearMiss = problem.isEmpty() ? nothing(said) : problem;
            return new Parsed(said.strip(), null, nearMiss);
        }
        Found first = found.get(0);
        String without = (said.substring(0, first.start()) + said.substring(first.end())).strip();
        String more = found.size() > 1
                ? "Your answer held " + found.size() + " calls; only the first was made. Make one call in each answer."
                : "";
        return new Parsed(without, new ToolCall("text-" + step, first.name(), first.arguments()), more);
    }

    private record Found(int start, int end, String name, String arguments) {}

    private static String collect(String said, List<Found> found) {
        String problem = "";
        for (Pattern pattern : List.of(FENCED, TAGGED)) {
            Matcher matcher = pattern.matcher(said);
            while (matcher.find()) {
                String json = matcher.group(matcher.groupCount());
                try {
                    Found call = ofJson(LENIENT.readTree(json), matcher.start(), matcher.end());
                    if (call != null) {
                        found.add(call);
                    } else if (problem.isEmpty()) {
                        problem = "The JSON block names no tool. Write {\"tool\": \"NAME\", \"arguments\": {…}}.";
                    }
                } catch (JsonProcessingException e) {
                    problem = "The JSON block cannot be read: " + e.getOriginalMessage()
                            + ". Escape quotes and line breaks within strings as \\\" and \\n.";
                }
            }
            if (!found.isEmpty()) {
                return "";
            }
        }
        Matcher xml = XML.matcher(said);
        while (xml.find()) {
            ObjectNode arguments = LENIENT.createObjectNode();
            Matcher argument = XML_ARGUMENT.matcher(xml.group(2));
            while (argument.find()) {
                String name = argument.group(1) == null ? argument.group(2) : argument.group(1);
                arguments.set(name, value(unwrapped(argument.group(3))));
            }
            found.add(new Found(xml.start(), xml.end(), xml.group(1), arguments.toString()));
        }
        if (found.isEmpty() && problem.isEmpty()) {
            Found bare = bare(said);
            if (bare != null) {
                found.add(bare);
            }
        }
        return problem;
    }

    /** A text as it is, or JSON where it is a list, an object, a number or a truth value. */
    private static JsonNode value(String text) {
        String stripped = text.strip();
        if (stripped.startsWith("[") || stripped.startsWith("{") || stripped.matches("-?\\d{1,9}|true|false")) {
            try {
                return LENIENT.readTree(stripped);
            } catch (JsonProcessingException e) {
                return LENIENT.getNodeFactory().textNode(text);
            }
        }
        return LENIENT.getNodeFactory().textNode(text);
    }

    /** Without the line breaks next to the tags. */
    private static String unwrapped(String text) {
        String start = text.startsWith("\n") ? text.substring(1) : text;
        return start.endsWith("\n") && text.startsWith("\n") ? start.substring(0, start.length() - 1) : start;
    }

    /** An object without a fence, at the end of the answer. */
    private static @Nullable Found bare(String said) {
        int end = said.lastIndexOf('}');
        for (int start = said.indexOf('{'); start >= 0 && start < end; start = said.indexOf('{', start + 1)) {
            try {
                Found call = ofJson(LENIENT.readTree(said.substring(start, end + 1)), start, end + 1);
                if (call != null) {
                    return call;
                }
            } catch (JsonProcessingException e) {
                continue;
            }
        }
        return null;
    }

    private static @Nullable Found ofJson(JsonNode node, int start, int end) {
        if (!(node instanceof ObjectNode object)) {
            return null;
        }
        JsonNode inner = object.path("function").isObject() ? object.path("function") : object;
        String name = "";
        for (String field : List.of("tool", "name", "action", "tool_name", "function")) {
            if (name.isEmpty() && inner.path(field).isTextual()) {
                name = inner.path(field).asText();
            }
        }
        if (name.isEmpty()) {
            return null;
        }
        JsonNode arguments = null;
        for (String field : List.of("arguments", "args", "parameters", "input", "action_input")) {
            if (arguments == null && inner.has(field)) {
                arguments = inner.get(field);
            }
        }
        if (arguments == null) {
            ObjectNode rest = object.deepCopy();
            rest.remove(List.of("tool", "name", "action", "tool_name", "function", "thought", "reason"));
            arguments = rest;
        }
        String text = arguments.isTextual() ? arguments.asText() : arguments.toString();
        return new Found(start, end, name, text);
    }

    private static String nothing(String said) {
        if (said.isBlank()) {
            return "Your answer was empty. Call a tool, or call submit when you are done.";
        }
        boolean cut = said.contains("```") || said.contains("<tool_call>") || said.contains("<action");
        return cut
                ? "Your answer holds a block that is no call, or is not closed. Write one block:\n" + example("read")
                : "Your answer holds no call of a tool, so nothing was done. Call a tool, or call submit when you are"
                        + " done.";
    }

    private static String example(String tool) {
        return "```json\n{\"tool\": \"" + tool + "\", \"arguments\": {…}}\n```";
    }

    /** A call as the model is to write it. */
    static String written(ToolCall call) {
        return "```json\n{\"tool\": \"" + call.name() + "\", \"arguments\": " + call.arguments() + "}\n```";
    }

    /** What the model is told about it. */
    static String instructions(List<ToolSpec> tools) {
        Set<String> names = tools.stream().map(ToolSpec::name).collect(Collectors.toSet());
        StringBuilder text =
                new StringBuilder("To call a tool, end your answer with exactly one block of this form:\n");
        text.append("```json\n{\"tool\": \"").append(names.contains("search") ? "search" : "read");
        text.append("\", \"arguments\": {\"")
                .append(names.contains("search") ? "pattern\": \"def add\"" : "path\": \"README.md\"")
                .append("}}\n```\nOne call in each answer; its result comes with the next message. The tools:\n");
        for (ToolSpec tool : tools) {
            text.append("\n- ")
                    .append(tool.name())
                    .append(": ")
                    .append(tool.description())
                    .append("\n  arguments: ");
            List<String> arguments = new ArrayList<>();
            Set<String> required = new java.util.TreeSet<>();
            tool.parameters().path("required").forEach(name -> required.add(name.asText()));
            tool.parameters()
                    .path("properties")
                    .properties()
                    .forEach(entry -> arguments.add(entry.getKey() + " ("
                            + entry.getValue().path("type").asText("any")
                            + (required.contains(entry.getKey()) ? "" : ", optional") + "): "
                            + entry.getValue().path("description").asText()));
            text.append(arguments.isEmpty() ? "none" : String.join("; ", arguments));
        }
        return text.append('\n').toString();
    }
}
