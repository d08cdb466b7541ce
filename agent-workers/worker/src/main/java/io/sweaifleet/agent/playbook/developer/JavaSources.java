package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.build.MavenClasspaths;
import io.sweaifleet.agent.playbook.build.MavenLayout;
import io.sweaifleet.agent.playbook.build.RepositoryPaths;
import io.sweaifleet.agent.playbook.developer.RewriteProgram.Group;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Divides files into groups that share a class path: the main and the test sources of each module. */
final class JavaSources {

    private final Toolbox tools;
    private final MavenLayout layout;

    JavaSources(Toolbox tools, MavenLayout layout) {
        this.tools = tools;
        this.layout = layout;
    }

    /**
     * Groups files.
     *
     * @param files files a recipe may change
     * @param classpaths what Maven resolved
     * @param compiled whether the classes of the modules are there; when not, the other sources are read for their types
     */
    List<Group> groups(Collection<String> files, MavenClasspaths classpaths, boolean compiled) throws ToolDenied {
        Map<String, List<String>> wanted = new TreeMap<>();
        files.forEach(path ->
                wanted.computeIfAbsent(key(path), key -> new ArrayList<>()).add(path));
        List<String> all = compiled ? List.of() : tools.files(RepositoryPaths.anywhere("*.java"));
        List<Group> groups = new ArrayList<>();
        for (Map.Entry<String, List<String>> entry : wanted.entrySet()) {
            int split = entry.getKey().lastIndexOf(' ');
            String module = entry.getKey().substring(0, split);
            boolean test = entry.getKey().endsWith("test");
            String directory = module.equals("-") ? "" : module;
            String absolute = tools.root().resolve(directory).normalize().toString();
            Map<String, List<String>> known = test ? classpaths.test() : classpaths.main();
            List<String> classpath = known.getOrDefault(absolute, List.of());
            List<String> supporting = all.stream()
                    .filter(path -> !entry.getValue().contains(path))
                    // Main sources do not see those of tests.
                    .filter(path -> test || !isTest(path))
                    .toList();
            groups.add(new Group(entry.getValue(), supporting, classpath));
        }
        return groups;
    }

    private String key(String path) {
        String module = layout.moduleOf(path);
        return (module == null ? "-" : module) + (isTest(path) ? " test" : " main");
    }

    private static boolean isTest(String path) {
        return ("/" + path).contains("/src/test/") || ("/" + path).contains("/test/java/");
    }
}
