package io.sweaifleet.agent.sandbox.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The images of container sandboxes by language: {@code java}, {@code python}, {@code node}, {@code go}, and
 * {@code default} for what none of them suits; further names are for roles.
 */
public final class ImageCatalogue {

    /** Name of the image for everything else. */
    public static final String DEFAULT = "default";

    /** Files at the top of a repository that tell its language, the most telling first. */
    private static final Map<String, String> MARKS = marks();

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");
    private static final Pattern REFERENCE = Pattern.compile("[a-z0-9][A-Za-z0-9._/:@-]{0,254}");

    private final Map<String, String> images;

    private ImageCatalogue(Map<String, String> images) {
        this.images = images;
    }

    private static Map<String, String> marks() {
        Map<String, String> marks = new LinkedHashMap<>();
        marks.put("pom.xml", "java");
        marks.put("build.gradle", "java");
        marks.put("build.gradle.kts", "java");
        marks.put("go.mod", "go");
        marks.put("package.json", "node");
        marks.put("pyproject.toml", "python");
        marks.put("setup.py", "python");
        marks.put("requirements.txt", "python");
        return marks;
    }

    /**
     * A catalogue from entries {@code name=image}.
     *
     * @throws IllegalArgumentException naming the entry that cannot be used, and the form
     */
    public static ImageCatalogue parse(List<String> entries) {
        Map<String, String> images = new TreeMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? DEFAULT : entry.substring(0, equals).strip();
            String image = entry.substring(equals + 1).strip();
            boolean usable = image.startsWith("build:") ? image.length() > 6 : isReference(image);
            if (!NAME.matcher(name).matches() || !usable) {
                throw new IllegalArgumentException("'" + entry
                        + "' is not of the form name=image, such as java=maven:3.9-eclipse-temurin-17, or"
                        + " name=build:/folder/with/a/Dockerfile");
            }
            images.put(name, image);
        }
        return new ImageCatalogue(images);
    }

    /** Whether a text can be a reference to an image. */
    public static boolean isReference(String text) {
        return REFERENCE.matcher(text).matches();
    }

    public boolean isEmpty() {
        return images.isEmpty();
    }

    /** All images by name, sorted. */
    public Map<String, String> images() {
        return Map.copyOf(images);
    }

    /**
     * The image for an attempt: the one that the role names (in the catalogue, or a reference), else that of the
     * repository's language, else the default.
     *
     * @param wanted what the role names, or empty
     * @param clone the clone, whose files tell the language
     */
    public Optional<String> choose(String wanted, Path clone) {
        if (!wanted.isEmpty()) {
            String named = images.get(wanted);
            if (named != null) {
                return Optional.of(named);
            }
            return isReference(wanted) && (wanted.contains(":") || wanted.contains("/"))
                    ? Optional.of(wanted)
                    : Optional.empty();
        }
        return MARKS.entrySet().stream()
                .filter(mark -> images.containsKey(mark.getValue()))
                .filter(mark -> Files.isRegularFile(clone.resolve(mark.getKey())))
                .map(mark -> images.get(mark.getValue()))
                .findFirst()
                .or(() -> Optional.ofNullable(images.get(DEFAULT)));
    }

    @Override
    public String toString() {
        return images.toString();
    }
}
