package io.sweaifleet.deploy.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.error.OsArchitectureNotFound;
import redis.embedded.model.OsArchitecture;

/** The Redis server's executable, from the jar that carries one for each common system. */
final class RedisExecutable {
    private RedisExecutable() {}

    /** Puts the executable for this system into a folder, unless it is there; {@code redis-server} on the PATH is second. */
    static Path install(Path folder) throws PartException {
        try {
            String name = ExecutableProvider.newProvidedVersionsMap().get(OsArchitecture.detectOSandArchitecture());
            if (name != null) {
                Path file = folder.resolve(Path.of(name).getFileName());
                if (!Files.isExecutable(file)) {
                    copy(name, file);
                }
                return file;
            }
        } catch (OsArchitectureNotFound | IOException failure) {
            Optional<Path> installed = Distribution.onPath("redis-server");
            if (installed.isPresent()) {
                return installed.get();
            }
            throw new PartException(
                    "redis cannot be unpacked into " + folder + ": " + failure.getMessage(),
                    "install redis-server, or give the address of one by fleet.redis.url",
                    failure);
        }
        return Distribution.onPath("redis-server")
                .orElseThrow(() -> new PartException(
                        "redis is not shipped for " + System.getProperty("os.name") + " on "
                                + System.getProperty("os.arch"),
                        "install redis-server, or give the address of one by fleet.redis.url"));
    }

    private static void copy(String resource, Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try (var in = ExecutableProvider.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + " is not in the jar of embedded-redis");
            }
            Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!unfinished.toFile().setExecutable(true)) {
            throw new IOException(unfinished + " cannot be made executable");
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
