package io.sweaifleet.agent.playbook.build;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Class paths that Maven resolved, read from the debug log of a compilation: this needs no plugin that the build itself
 * does not use, so that it works offline wherever the build does.
 *
 * @param main class path of the main sources, by absolute directory of the module
 * @param test class path of the test sources, by absolute directory of the module
 */
public record MavenClasspaths(Map<String, List<String>> main, Map<String, List<String>> test) {

    private static final Pattern MOJO =
            Pattern.compile("^\\[DEBUG] Configuring mojo (?:execution )?'.*:(compile|testCompile)(?::[^']*)?' with .*");
    private static final Pattern PARAMETER =
            Pattern.compile("^\\[DEBUG]   \\(f\\) (basedir|compilePath|testPath|classpathElements) = (.*)$");

    /** Reads a log; modules that were not compiled are not in the result. */
    public static MavenClasspaths parse(String log) {
        Map<String, List<String>> main = new LinkedHashMap<>();
        Map<String, List<String>> test = new LinkedHashMap<>();
        boolean inside = false;
        boolean tests = false;
        String module = "";
        for (String line : log.split("\n")) {
            Matcher mojo = MOJO.matcher(line);
            Matcher parameter;
            if (mojo.matches()) {
                inside = true;
                tests = mojo.group(1).equals("testCompile");
                module = "";
            } else if (line.startsWith("[DEBUG] -- end configuration")) {
                inside = false;
            } else if (inside && (parameter = PARAMETER.matcher(line)).matches()) {
                String value = parameter.group(2).strip();
                if (parameter.group(1).equals("basedir")) {
                    module = value;
                } else if (value.startsWith("[") && value.endsWith("]")) {
                    List<String> path =
                            List.of(value.substring(1, value.length() - 1).split(", "));
                    (tests ? test : main).putIfAbsent(module, path);
                }
            }
        }
        return new MavenClasspaths(main, test);
    }
}
