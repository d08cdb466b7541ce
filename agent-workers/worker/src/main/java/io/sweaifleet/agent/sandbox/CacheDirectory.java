package io.sweaifleet.agent.sandbox;

import io.sweaifleet.agent.playbook.Toolbox.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory of downloaded dependencies on the host. Only directories that hold nothing but downloads are listed, never
 * the settings next to them, which may name credentials.
 *
 * @param cache the tool it belongs to
 * @param host where it is on the host
 * @param inHome where commands find it, relative to their home directory
 */
record CacheDirectory(Cache cache, Path host, String inHome) {

    private static final Pattern LOCAL_REPOSITORY =
            Pattern.compile("<localRepository>\\s*([^<]+?)\\s*</localRepository>");

    /** A name for the layer over it. */
    String layerName() {
        return inHome.replace('/', '_');
    }

    /** The directories of these caches that exist on the host. */
    static List<CacheDirectory> existing(List<Cache> caches, Path home, Map<String, String> environment) {
        List<CacheDirectory> all = new ArrayList<>();
        for (Cache cache : caches) {
            switch (cache) {
                case MAVEN -> {
                    all.add(new CacheDirectory(cache, mavenRepository(home), ".m2/repository"));
                    all.add(new CacheDirectory(cache, home.resolve(".m2/wrapper"), ".m2/wrapper"));
                }
                case GRADLE -> {
                    Path gradle = fromVariable(environment, "GRADLE_USER_HOME", home.resolve(".gradle"));
                    for (String part : List.of("caches", "wrapper", "jdks", "native")) {
                        all.add(new CacheDirectory(cache, gradle.resolve(part), ".gradle/" + part));
                    }
                }
                case NPM -> {
                    Path npm = fromVariable(environment, "npm_config_cache", home.resolve(".npm"));
                    all.add(new CacheDirectory(cache, npm.resolve("_cacache"), ".npm/_cacache"));
                }
                case PIP -> {
                    Path pip = fromVariable(environment, "PIP_CACHE_DIR", home.resolve(".cache/pip"));
                    all.add(new CacheDirectory(cache, pip, ".cache/pip"));
                }
                case GO -> {
                    Path goPath = fromVariable(environment, "GOPATH", home.resolve("go"));
                    Path modules = fromVariable(environment, "GOMODCACHE", goPath.resolve("pkg/mod"));
                    Path builds = fromVariable(environment, "GOCACHE", home.resolve(".cache/go-build"));
                    all.add(new CacheDirectory(cache, modules, "go/pkg/mod"));
                    all.add(new CacheDirectory(cache, builds, ".cache/go-build"));
                }
            }
        }
        return all.stream().flatMap(one -> one.resolved().stream()).toList();
    }

    /** Variables that point tools to their caches, whatever they would find by themselves. */
    static Map<String, String> variables(List<Cache> caches, Path home) {
        Map<String, String> variables = new java.util.TreeMap<>();
        for (Cache cache : caches) {
            switch (cache) {
                // The JVM takes user.home from the password database, not from HOME.
                case MAVEN ->
                    variables.put(
                            "MAVEN_OPTS",
                            "-Duser.home=" + home + " -Dmaven.repo.local=" + home.resolve(".m2/repository"));
                case GRADLE ->
                    variables.put("GRADLE_USER_HOME", home.resolve(".gradle").toString());
                case NPM ->
                    variables.put("npm_config_cache", home.resolve(".npm").toString());
                case PIP ->
                    variables.put("PIP_CACHE_DIR", home.resolve(".cache/pip").toString());
                case GO -> {
                    variables.put("GOPATH", home.resolve("go").toString());
                    variables.put("GOMODCACHE", home.resolve("go/pkg/mod").toString());
                    variables.put("GOCACHE", home.resolve(".cache/go-build").toString());
                }
            }
        }
        return variables;
    }

    private List<CacheDirectory> resolved() {
        try {
            Path real = host.toRealPath();
            return Files.isDirectory(real) ? List.of(new CacheDirectory(cache, real, inHome)) : List.of();
        } catch (IOException e) {
            return List.of(); // Nothing was ever downloaded there.
        }
    }

    private static Path fromVariable(Map<String, String> environment, String name, Path otherwise) {
        String value = environment.get(name);
        return value != null && value.startsWith("/") ? Path.of(value) : otherwise;
    }

    /** Of the user's settings only the place of the local repository is looked at. */
    private static Path mavenRepository(Path home) {
        Path settings = home.resolve(".m2/settings.xml");
        try {
            if (Files.isReadable(settings)) {
                Matcher matcher = LOCAL_REPOSITORY.matcher(Files.readString(settings));
                if (matcher.find()) {
                    return Path.of(matcher.group(1).replace("${user.home}", home.toString()));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            return home.resolve(".m2/repository"); // Unreadable settings: the default place.
        }
        return home.resolve(".m2/repository");
    }
}
