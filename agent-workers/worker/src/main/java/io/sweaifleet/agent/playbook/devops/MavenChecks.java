package io.sweaifleet.agent.playbook.devops;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for pom.xml files. Parents inside the repository are followed; what an outside parent manages cannot be known. */
final class MavenChecks {

    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)}");
    private static final Pattern LOCAL = Pattern.compile("http://(localhost|127\\.|\\[::1]|0\\.0\\.0\\.0).*");
    private static final int DEEPEST_PARENT = 20;

    private final Map<String, Xml> poms = new TreeMap<>();
    private final Issues issues;

    private MavenChecks(Issues issues) {
        this.issues = issues;
    }

    static void check(Project project, Issues issues) {
        MavenChecks checks = new MavenChecks(issues);
        for (String path : project.named("pom.xml")) {
            try {
                List<Xml> root = Xml.parse(project.text(path)).all("project");
                if (!root.isEmpty()) {
                    checks.poms.put(path, root.get(0));
                }
            } catch (Xml.InvalidXml e) {
                issues.add(Rule.XML_INVALID, path, e.line(), "The file cannot be read: " + e.getMessage());
            }
        }
        checks.poms.keySet().forEach(checks::pom);
    }

    private void pom(String path) {
        List<Xml> chain = chain(path);
        Xml pom = chain.get(0);
        List<Xml> scopes = new ArrayList<>(List.of(pom));
        scopes.addAll(pom.all("profiles", "profile"));
        for (Xml scope : scopes) {
            plugins(path, scope, chain);
            dependencies(path, scope.all("dependencies", "dependency"), chain);
            dependencies(path, scope.all("dependencyManagement", "dependencies", "dependency"), chain);
            repositories(path, scope.all("repositories", "repository"));
            repositories(path, scope.all("pluginRepositories", "pluginRepository"));
        }
    }

    private void plugins(String path, Xml scope, List<Xml> chain) {
        if (isOutside(chain.get(chain.size() - 1))) {
            return;
        }
        Set<String> managed = managedPlugins(chain);
        for (Xml plugin : scope.all("build", "plugins", "plugin")) {
            if (plugin.text("version").isEmpty() && !managed.contains(pluginKey(plugin))) {
                issues.add(
                        Rule.MAVEN_PLUGIN_UNPINNED,
                        path,
                        plugin.line(),
                        "Plugin " + plugin.text("artifactId")
                                + " has no version, here or in a parent of the repository");
            }
        }
    }

    private static Set<String> managedPlugins(List<Xml> chain) {
        Set<String> managed = new HashSet<>();
        for (Xml pom : chain) {
            List<Xml> scopes = new ArrayList<>(List.of(pom));
            scopes.addAll(pom.all("profiles", "profile"));
            for (Xml scope : scopes) {
                List<Xml> plugins = new ArrayList<>(scope.all("build", "pluginManagement", "plugins", "plugin"));
                plugins.addAll(scope.all("build", "plugins", "plugin"));
                plugins.stream()
                        .filter(plugin -> !plugin.text("version").isEmpty())
                        .forEach(plugin -> managed.add(pluginKey(plugin)));
            }
        }
        return managed;
    }

    private static String pluginKey(Xml plugin) {
        String group = plugin.text("groupId");
        return (group.isEmpty() ? "org.apache.maven.plugins" : group) + ":" + plugin.text("artifactId");
    }

    private void dependencies(String path, List<Xml> dependencies, List<Xml> chain) {
        String own = versionOf(chain);
        boolean release = !own.isEmpty() && !own.contains("$") && !own.endsWith("-SNAPSHOT");
        for (Xml dependency : dependencies) {
            String written = dependency.text("version");
            String version = substitute(written, chain);
            String name = dependency.text("artifactId");
            if (version.equals("LATEST")
                    || version.equals("RELEASE")
                    || version.startsWith("[")
                    || version.startsWith("(")) {
                issues.add(
                        Rule.MAVEN_DYNAMIC_VERSION,
                        path,
                        dependency.line(),
                        "Dependency " + name + " has version " + version);
            }
            if (release && version.endsWith("-SNAPSHOT")) {
                issues.add(
                        Rule.MAVEN_SNAPSHOT_IN_RELEASE,
                        path,
                        dependency.line(),
                        "Version " + own + " depends on " + name + " " + version);
            }
        }
    }

    private void repositories(String path, List<Xml> repositories) {
        for (Xml repository : repositories) {
            String url = repository.text("url");
            if (url.startsWith("http://") && !LOCAL.matcher(url).matches()) {
                issues.add(
                        Rule.MAVEN_HTTP_REPOSITORY,
                        path,
                        repository.line(),
                        "Repository " + repository.text("id") + " is reached over HTTP");
            }
        }
    }

    private static String versionOf(List<Xml> chain) {
        for (Xml pom : chain) {
            for (String version : List.of(pom.text("version"), pom.text("parent", "version"))) {
                if (!version.isEmpty()) {
                    return substitute(version, chain);
                }
            }
        }
        return "";
    }

    /** Replaces properties that the chain of poms defines; others stay as written. */
    private static String substitute(String text, List<Xml> chain) {
        String result = text;
        for (int i = 0; i < DEEPEST_PARENT && result.contains("${"); i++) {
            Matcher matcher = PROPERTY.matcher(result);
            String next = matcher.replaceAll(found -> {
                String value = property(found.group(1), chain);
                return Matcher.quoteReplacement(value.isEmpty() ? found.group() : value);
            });
            if (next.equals(result) || next.length() > 1_000) {
                break;
            }
            result = next;
        }
        return result;
    }

    private static String property(String name, List<Xml> chain) {
        for (Xml pom : chain) {
            String value = pom.text("properties", name);
            if (!value.isEmpty()) {
                return value;
            }
        }
        return "";
    }

    /** The pom and its parents as far as they are in the repository. */
    private List<Xml> chain(String path) {
        Map<String, Xml> chain = new LinkedHashMap<>();
        String at = path;
        while (at != null && chain.size() < DEEPEST_PARENT) {
            Xml pom = poms.get(at);
            if (pom == null || chain.putIfAbsent(at, pom) != null) {
                break;
            }
            at = parentOf(at, pom);
        }
        return List.copyOf(chain.values());
    }

    private @Nullable String parentOf(String path, Xml pom) {
        if (pom.all("parent").isEmpty()) {
            return null;
        }
        String artifact = pom.text("parent", "artifactId");
        List<Xml> relative = pom.all("parent", "relativePath");
        String written = relative.isEmpty() ? "../pom.xml" : relative.get(0).text();
        String near = resolve(Texts.directory(path), written);
        for (String candidate : List.of(near, Texts.join(near, "pom.xml"))) {
            Xml parent = poms.get(candidate);
            if (parent != null && parent.text("artifactId").equals(artifact)) {
                return candidate;
            }
        }
        return poms.entrySet().stream()
                .filter(other -> other.getValue().text("artifactId").equals(artifact))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private boolean isOutside(Xml last) {
        String artifact = last.text("parent", "artifactId");
        return !artifact.isEmpty()
                && poms.values().stream()
                        .noneMatch(pom -> pom.text("artifactId").equals(artifact));
    }

    private static String resolve(String directory, String relative) {
        List<String> parts = new ArrayList<>();
        for (String part : (directory + "/" + relative).split("/")) {
            if (part.equals("..") && !parts.isEmpty()) {
                parts.remove(parts.size() - 1);
            } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }
}
