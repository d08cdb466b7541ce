package io.sweaifleet.agent.playbook.build;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** The Maven builds of a repository: which poms are modules of others, and which begin a build. */
public final class MavenLayout {

    private final Map<String, Set<String>> modulesByDirectory = new TreeMap<>();

    /**
     * Reads the layout.
     *
     * @param poms text of every {@code pom.xml}, by repository-relative path
     */
    public MavenLayout(Map<String, String> poms) {
        Set<String> known = new HashSet<>();
        poms.keySet().forEach(path -> known.add(RepositoryPaths.directory(path)));
        poms.forEach((path, text) -> {
            String directory = RepositoryPaths.directory(path);
            Set<String> modules = new LinkedHashSet<>();
            for (String module : modules(text)) {
                String target = RepositoryPaths.resolve(directory, module);
                String pomDirectory = target.endsWith(".xml") ? RepositoryPaths.directory(target) : target;
                if (known.contains(pomDirectory) && !pomDirectory.equals(directory)) {
                    modules.add(pomDirectory);
                }
            }
            modulesByDirectory.put(directory, modules);
        });
    }

    /** Directories of the poms that no other pom lists as a module, sorted. */
    public List<String> roots() {
        Set<String> listed = new HashSet<>();
        modulesByDirectory.values().forEach(listed::addAll);
        List<String> roots = new ArrayList<>();
        modulesByDirectory.keySet().stream()
                .filter(directory -> !listed.contains(directory))
                .forEach(roots::add);
        return roots;
    }

    /** Directories of a build, its root first, then its modules at any depth. */
    public List<String> reactor(String root) {
        Set<String> seen = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            String directory = open.removeFirst();
            if (seen.add(directory)) {
                open.addAll(modulesByDirectory.getOrDefault(directory, Set.of()));
            }
        }
        return List.copyOf(seen);
    }

    /** The module that a file belongs to: the nearest directory above it that has a pom; null when none has. */
    public @Nullable String moduleOf(String path) {
        String directory = RepositoryPaths.directory(path);
        while (true) {
            if (modulesByDirectory.containsKey(directory)) {
                return directory;
            }
            if (directory.isEmpty()) {
                return null;
            }
            directory = RepositoryPaths.directory(directory);
        }
    }

    /** Names in {@code project/modules} and in those of profiles; a pom that is not well formed has none (its build says so). */
    static List<String> modules(String pom) {
        List<String> modules = new ArrayList<>();
        Deque<String> path = new ArrayDeque<>();
        try {
            XMLStreamReader xml = SafeXml.open(new StringReader(pom));
            StringBuilder text = new StringBuilder();
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        path.addLast(xml.getLocalName());
                        text.setLength(0);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        String where = String.join("/", path);
                        if (where.equals("project/modules/module")
                                || where.equals("project/profiles/profile/modules/module")) {
                            modules.add(text.toString().strip());
                        }
                        path.removeLast();
                    }
                    default -> {}
                }
            }
        } catch (XMLStreamException malformed) {
            return modules;
        }
        return modules;
    }
}
