package io.sweaifleet.agent.playbook.qa;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the place in the repository that a stack trace or a class name speaks of. */
final class SourceLocator {

    private static final Pattern JAVA_FRAME =
            Pattern.compile("\\bat (?:[\\w.@/-]+/)?([\\w.$]+)\\.[\\w$<>]+\\((\\w+\\.\\w+):(\\d+)\\)");
    private static final Pattern FILE_FRAME = Pattern.compile("(?:file://)?(/[^\\s():'\"]+):(\\d+)(?::\\d+)?");

    private final Toolbox tools;
    private @Nullable Map<String, List<String>> jvmSourcesByName;

    SourceLocator(Toolbox tools) {
        this.tools = tools;
    }

    /** A place: a repository-relative path, and a line from 1 or null. */
    record Place(String path, @Nullable Integer line) {}

    /**
     * The place of a failure in a JVM test: the frame of the test class itself, else the first frame that is a source of
     * the repository, else the file of the class without a line.
     *
     * @param module directory of the module that ran it: its own sources win over others of the same name
     */
    @Nullable
    Place jvm(String module, String testClass, String stackTrace) throws ToolDenied {
        String outer = outer(testClass);
        Place first = null;
        Matcher frame = JAVA_FRAME.matcher(stackTrace);
        while (frame.find()) {
            String source = jvmSource(module, outer(frame.group(1)), frame.group(2));
            if (source != null) {
                Place place = new Place(source, Integer.valueOf(frame.group(3)));
                if (outer(frame.group(1)).equals(outer)) {
                    return place;
                }
                first = first == null ? place : first;
            }
        }
        if (first != null) {
            return first;
        }
        String simple = outer.substring(outer.lastIndexOf('.') + 1);
        for (String extension : List.of(".java", ".kt", ".groovy", ".scala")) {
            String source = jvmSource(module, outer, simple + extension);
            if (source != null) {
                return new Place(source, null);
            }
        }
        return null;
    }

    /** The first place below the root, and not in a dependency, that a text names with its absolute path and line. */
    @Nullable
    Place named(String text) {
        Matcher frame = FILE_FRAME.matcher(text);
        while (frame.find()) {
            String path = relative("", frame.group(1));
            if (path != null && !path.contains("node_modules/")) {
                return new Place(path, Integer.valueOf(frame.group(2)));
            }
        }
        return null;
    }

    /** Repository-relative path of what a runner named absolutely or relative to a directory; null when it is outside. */
    @Nullable
    String relative(String directory, String path) {
        Path root = tools.root().toAbsolutePath().normalize();
        Path whole = root.resolve(directory).resolve(path).normalize();
        if (!whole.startsWith(root) || whole.equals(root)) {
            return null;
        }
        return root.relativize(whole).toString().replace('\\', '/');
    }

    private @Nullable String jvmSource(String module, String className, String fileName) throws ToolDenied {
        if (jvmSourcesByName == null) {
            Map<String, List<String>> index = new HashMap<>();
            for (String path : tools.files(RepositoryPaths.anywhere("*.java", "*.kt", "*.groovy", "*.scala"))) {
                index.computeIfAbsent(RepositoryPaths.name(path), name -> new ArrayList<>())
                        .add(path);
            }
            jvmSourcesByName = index;
        }
        int dot = className.lastIndexOf('.');
        String suffix = (dot < 0 ? "" : className.substring(0, dot + 1).replace('.', '/')) + fileName;
        String elsewhere = null;
        for (String path : jvmSourcesByName.getOrDefault(fileName, List.of())) {
            if (path.equals(suffix) || path.endsWith("/" + suffix)) {
                if (RepositoryPaths.isWithin(path, module)) {
                    return path;
                }
                elsewhere = elsewhere == null ? path : elsewhere;
            }
        }
        return elsewhere;
    }

    private static String outer(String className) {
        int dollar = className.indexOf('$');
        return dollar < 0 ? className : className.substring(0, dollar);
    }
}
