package io.sweaifleet.agent.tool.syntax;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.treesitter.TSNode;
import org.treesitter.TSQuery;
import org.treesitter.TSQueryCapture;
import org.treesitter.TSQueryCursor;
import org.treesitter.TSQueryMatch;

/**
 * What a file defines and what it refers to, by name.
 *
 * @param definitions in the order of the file
 * @param references how often each name is used
 */
public record Tags(List<Definition> definitions, Map<String, Integer> references) {

    /** A file that says nothing. */
    public static final Tags NONE = new Tags(List.of(), Map.of());

    /** Definitions of one file beyond this are generated or data. */
    private static final int MAX_DEFINITIONS = 2_000;

    /** Number of the capture {@code @def}: they are counted in the order in which a query names them. */
    private static final int DEFINITION = 0;

    private static final String SCRIPT_QUERY =
            """
            (function_declaration name: (identifier) @def)
            (generator_function_declaration name: (identifier) @def)
            (method_definition name: (property_identifier) @def)
            (program (lexical_declaration (variable_declarator name: (identifier) @def value: (arrow_function))))
            (program (lexical_declaration (variable_declarator name: (identifier) @def value: (function_expression))))
            (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @def)))
            (call_expression function: (identifier) @ref)
            (call_expression function: (member_expression property: (property_identifier) @ref))
            (new_expression constructor: (identifier) @ref)
            (import_specifier name: (identifier) @ref)
            """;
    private static final String TYPED_QUERY = SCRIPT_QUERY
            + """
            (class_declaration name: (type_identifier) @def)
            (abstract_class_declaration name: (type_identifier) @def)
            (interface_declaration name: (type_identifier) @def)
            (type_alias_declaration name: (type_identifier) @def)
            (enum_declaration name: (identifier) @def)
            (method_signature name: (property_identifier) @def)
            (type_identifier) @ref
            """;

    private static final Map<Grammar, String> SOURCES = Map.of(
            Grammar.JAVA,
            """
            (class_declaration name: (identifier) @def)
            (interface_declaration name: (identifier) @def)
            (enum_declaration name: (identifier) @def)
            (record_declaration name: (identifier) @def)
            (annotation_type_declaration name: (identifier) @def)
            (method_declaration name: (identifier) @def)
            (method_invocation name: (identifier) @ref)
            (method_reference (identifier) @ref .)
            (type_identifier) @ref
            """,
            Grammar.PYTHON,
            """
            (class_definition name: (identifier) @def)
            (function_definition name: (identifier) @def)
            (call function: (identifier) @ref)
            (call function: (attribute attribute: (identifier) @ref))
            (import_from_statement name: (dotted_name (identifier) @ref))
            (class_definition superclasses: (argument_list (identifier) @ref))
            (type (identifier) @ref)
            """,
            Grammar.JAVASCRIPT,
            SCRIPT_QUERY + "(class_declaration name: (identifier) @def)\n",
            Grammar.TYPESCRIPT,
            TYPED_QUERY,
            Grammar.TSX,
            TYPED_QUERY,
            Grammar.GO,
            """
            (function_declaration name: (identifier) @def)
            (method_declaration name: (field_identifier) @def)
            (type_spec name: (type_identifier) @def)
            (call_expression function: (identifier) @ref)
            (call_expression function: (selector_expression field: (field_identifier) @ref))
            (type_identifier) @ref
            """);

    private static final Map<Grammar, TSQuery> QUERIES = new EnumMap<>(Grammar.class);

    public Tags {
        definitions = List.copyOf(definitions);
        references = Map.copyOf(references);
    }

    /**
     * A definition.
     *
     * @param name its name
     * @param line line of the name, from 1
     * @param text that line, without indentation
     */
    public record Definition(String name, int line, String text) {}

    /** Whether files of this grammar have tags. */
    public static boolean has(Grammar grammar) {
        return SOURCES.containsKey(grammar);
    }

    /**
     * Reads the tags of a file; none where it cannot be parsed.
     *
     * @throws IllegalStateException when the grammar is unavailable
     */
    public static Tags of(Grammar grammar, String text) {
        Optional<SyntaxTree> parsed = has(grammar) ? SyntaxTree.parse(grammar, text) : Optional.empty();
        if (parsed.isEmpty()) {
            return NONE;
        }
        SyntaxTree tree = parsed.get();
        TSQuery query = query(grammar);
        TSQueryCursor cursor = new TSQueryCursor();
        cursor.exec(query, tree.root());
        String[] lines = text.split("\n", -1);
        List<Definition> definitions = new ArrayList<>();
        Set<Integer> defined = new HashSet<>();
        Map<Integer, String> used = new HashMap<>();
        TSQueryMatch match = new TSQueryMatch();
        try {
            while (cursor.nextMatch(match)) {
                for (TSQueryCapture capture : match.getCaptures()) {
                    TSNode node = capture.getNode();
                    boolean definition = capture.getIndex() == DEFINITION;
                    if (!definition) {
                        used.put(node.getStartByte(), tree.text(node));
                    } else if (definitions.size() < MAX_DEFINITIONS && defined.add(node.getStartByte())) {
                        int row = node.getStartPoint().getRow();
                        String line = row < lines.length ? lines[row].strip() : "";
                        definitions.add(new Definition(tree.text(node), row + 1, line));
                    }
                }
            }
        } finally {
            Reference.reachabilityFence(cursor);
            Reference.reachabilityFence(tree);
        }
        definitions.sort(Comparator.comparingInt(Definition::line));
        Map<String, Integer> references = new HashMap<>();
        used.forEach((start, name) -> {
            if (!defined.contains(start)) {
                references.merge(name, 1, Integer::sum);
            }
        });
        return new Tags(definitions, references);
    }

    /** A query is immutable once it is made, and may be used by many threads, each with its own cursor. */
    private static TSQuery query(Grammar grammar) {
        synchronized (QUERIES) {
            return QUERIES.computeIfAbsent(grammar, g -> new TSQuery(g.language(), SOURCES.getOrDefault(g, "")));
        }
    }
}
