package io.sweaifleet.agent.rewrite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.openrewrite.Recipe;
import org.openrewrite.config.Environment;
import org.openrewrite.config.YamlResourceLoader;

/** Finds recipes by name: classes on the class path, and declarations in jars and given files. */
final class RecipeCatalog {

    private static final String REQUESTED = "io.sweaifleet.Requested";
    private static final int MAX_NEAREST = 8;

    private final List<Path> declarations;

    RecipeCatalog(List<Path> declarations) {
        this.declarations = List.copyOf(declarations);
    }

    /** The recipe, or why there is none. */
    sealed interface Lookup permits Found, Unknown, Invalid {}

    record Found(Recipe recipe) implements Lookup {}

    record Unknown(List<String> nearest) implements Lookup {}

    record Invalid(String message) implements Lookup {}

    /** Looks a recipe up and gives it its options. */
    Lookup find(String name, Map<String, String> options) throws IOException {
        Environment environment;
        if (isRecipeClass(name)) {
            // The usual case: nothing needs to be searched for.
            environment = builder(name, options).build();
        } else {
            environment =
                    declared(builder(name, options).scanRuntimeClasspath()).build();
            List<String> names = environment.listRecipes().stream()
                    .map(Recipe::getName)
                    .filter(known -> !known.equals(REQUESTED))
                    .toList();
            if (!names.contains(name)) {
                return new Unknown(nearest(name, names));
            }
        }
        Recipe recipe;
        try {
            recipe = environment.activateRecipes(REQUESTED);
        } catch (RuntimeException malformed) {
            return new Invalid(malformed.getMessage() == null ? malformed.toString() : malformed.getMessage());
        }
        List<String> problems = new ArrayList<>();
        recipe.validateAll().forEach(validated -> validated
                .failures()
                .forEach(failure -> problems.add(failure.getProperty() + ": " + failure.getMessage())));
        return problems.isEmpty() ? new Found(recipe) : new Invalid(String.join("; ", problems));
    }

    private static boolean isRecipeClass(String name) {
        try {
            return Recipe.class.isAssignableFrom(Class.forName(name, false, RecipeCatalog.class.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError notAClass) {
            return false;
        }
    }

    private static Environment.Builder builder(String name, Map<String, String> options) throws IOException {
        // A declaration of our own is how OpenRewrite takes options by name, converts and checks them. JSON is YAML.
        ObjectMapper json = new ObjectMapper();
        Object reference = options.isEmpty() ? name : Map.of(name, options);
        String declaration;
        try {
            declaration = json.writeValueAsString(Map.of(
                    "type", "specs.openrewrite.org/v1beta/recipe",
                    "name", REQUESTED,
                    "displayName", "Requested",
                    "description", "The recipe that was asked for, with its options.",
                    "recipeList", List.of(reference)));
        } catch (JsonProcessingException e) {
            throw new IOException("cannot write the declaration of " + name, e);
        }
        try (InputStream in = new ByteArrayInputStream(declaration.getBytes(StandardCharsets.UTF_8))) {
            return Environment.builder()
                    .load(new YamlResourceLoader(in, URI.create("fleet:requested.yml"), new Properties()));
        }
    }

    private Environment.Builder declared(Environment.Builder builder) throws IOException {
        for (Path file : declarations) {
            try (InputStream in = Files.newInputStream(file)) {
                builder.load(new YamlResourceLoader(in, file.toUri(), new Properties()));
            }
        }
        return builder;
    }

    /** Names like a wanted one: those that contain its last part first, then by edit distance of the last parts. */
    static List<String> nearest(String wanted, List<String> names) {
        String last = simple(wanted);
        return names.stream()
                .distinct()
                .sorted(Comparator.comparingInt((String name) -> distance(last, simple(name)))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MAX_NEAREST)
                .toList();
    }

    private static int distance(String a, String b) {
        if (a.length() > 3 && b.contains(a)) {
            return 0;
        }
        return LevenshteinDistance.getDefaultInstance().apply(a, b);
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
