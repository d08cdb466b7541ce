package io.sweaifleet.agent.policy;

import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values of secrets by name: from the file {@code secrets/agents/NAME} of the worker's data directory, which only its owner
 * may read, or else from the worker's environment variable {@code FLEET_SECRET_NAME}. Read anew each time, so that a
 * secret can be exchanged while the worker runs.
 */
public final class AgentSecrets {

    /** No secrets at all. */
    public static final AgentSecrets NONE = new AgentSecrets(null, Map.of());

    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final @Nullable Path directory;
    private final Map<String, String> environment;

    /**
     * @param dataDirectory the worker's data directory; null for none
     * @param environment the worker's environment
     */
    public AgentSecrets(@Nullable Path dataDirectory, Map<String, String> environment) {
        this.directory =
                dataDirectory == null ? null : dataDirectory.resolve("secrets").resolve("agents");
        this.environment = Map.copyOf(environment);
    }

    /**
     * The value of a secret, without a line break at its end. From here on it is masked in this process.
     *
     * @throws SecretException when there is none, or it cannot be used
     */
    public String value(String name) {
        String value = find(name);
        if (value.length() < SecretLiterals.SHORTEST) {
            throw failure(
                    "SECRET_TOO_SHORT",
                    "the secret " + name + " has fewer than " + SecretLiterals.SHORTEST
                            + " characters, too few to be masked in what commands write",
                    "use a longer one",
                    name);
        }
        SecretMasker.register(value);
        return value;
    }

    private String find(String name) {
        if (directory != null && Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            return read(directory.resolve(name), name);
        }
        String value = environment.get("FLEET_SECRET_" + name);
        if (value == null || value.isEmpty()) {
            throw failure(
                    "SECRET_MISSING",
                    "the role grants the secret " + name + ", and this worker has none of that name",
                    (directory == null ? "" : "write it to " + directory.resolve(name) + " (chmod 600), or ")
                            + "start the worker with FLEET_SECRET_" + name,
                    name);
        }
        return value;
    }

    private static String read(Path file, String name) {
        try {
            boolean plain = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
            if (!plain || !OWNER.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))) {
                throw failure(
                        "SECRET_UNPROTECTED",
                        "the file " + file + (plain ? " can be read by others than its owner" : " is no plain file"),
                        "run `chmod 600 " + file + "`, and exchange the secret if others may have read it",
                        name);
            }
            return Files.readString(file).replaceFirst("\\R\\z", "");
        } catch (IOException e) {
            throw failure(
                    "SECRET_UNREADABLE",
                    "the secret " + name + " cannot be read: " + e,
                    "make " + file + " readable by the worker's user, as text in UTF-8",
                    name);
        }
    }

    private static SecretException failure(String code, String message, String remedy, String name) {
        return new SecretException(Failure.newBuilder()
                .setFailureClass(FailureClass.ENVIRONMENT)
                .setCode(code)
                .setMessage(message)
                .setRemedy(remedy)
                .setField("secrets")
                .setValue(name)
                .build());
    }
}
