package io.sweaifleet.agent.playbook.devops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * A YAML node with its line. Nothing is constructed from the text, so that tags can do no harm and values stay as written
 * ({@code on} is no boolean here). Absent nodes answer with nothing, so that a path can be followed without asking at each step.
 */
final class Yaml {

    private static final int LARGEST = 3 * 1024 * 1024;
    private static final int DEEPEST_MERGE = 5;

    private final @Nullable Node node;

    private Yaml(@Nullable Node node) {
        this.node = node;
    }

    /** Either documents or what is wrong with the text. */
    sealed interface Parsed permits Documents, Invalid {}

    record Documents(List<Yaml> documents) implements Parsed {}

    /** @param line line from 1, or null when it is not known */
    record Invalid(@Nullable Integer line, String message) implements Parsed {}

    static Parsed parse(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(LARGEST);
        // Nothing is constructed, so tags such as !reference and !!anything are only names.
        options.setTagInspector(tag -> true);
        try {
            Composer composer = new Composer(new ParserImpl(new StreamReader(text), options), new Resolver(), options);
            List<Yaml> documents = new ArrayList<>();
            while (composer.checkNode()) {
                documents.add(new Yaml(composer.getNode()));
            }
            return new Documents(documents);
        } catch (MarkedYAMLException e) {
            Integer line =
                    e.getProblemMark() == null ? null : e.getProblemMark().getLine() + 1;
            return new Invalid(line, e.getProblem() == null ? "it cannot be parsed" : e.getProblem());
        } catch (YAMLException e) {
            return new Invalid(
                    null, String.valueOf(e.getMessage()).lines().findFirst().orElse("it cannot be parsed"));
        }
    }

    boolean exists() {
        return node != null;
    }

    boolean isMap() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    /** Line from 1; 1 for an absent node. */
    int line() {
        return node == null ? 1 : node.getStartMark().getLine() + 1;
    }

    /** The text of a scalar, empty for anything else. */
    String text() {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** The value of a key. */
    Yaml get(String key) {
        return new Yaml(
                Optional.ofNullable(entries().get(key)).map(entry -> entry.node).orElse(null));
    }

    boolean has(String key) {
        return entries().containsKey(key);
    }

    /** Entries of a map in order, with those that {@code <<} merges in. */
    Map<String, Yaml> entries() {
        Map<String, Yaml> entries = new LinkedHashMap<>();
        collect(node, entries, 0);
        return entries;
    }

    private static void collect(@Nullable Node from, Map<String, Yaml> into, int depth) {
        // An anchor may contain itself, so merging has to end somewhere.
        if (!(from instanceof MappingNode mapping) || depth > DEEPEST_MERGE) {
            return;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (!key.equals("<<")) {
                into.putIfAbsent(key, new Yaml(tuple.getValueNode()));
            }
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode scalar
                    && scalar.getValue().equals("<<")) {
                if (tuple.getValueNode() instanceof SequenceNode list) {
                    list.getValue().forEach(item -> collect(item, into, depth + 1));
                } else {
                    collect(tuple.getValueNode(), into, depth + 1);
                }
            }
        }
    }

    /** Items of a list; empty for anything else. */
    List<Yaml> items() {
        return node instanceof SequenceNode list
                ? list.getValue().stream().map(Yaml::new).toList()
                : List.of();
    }
}
