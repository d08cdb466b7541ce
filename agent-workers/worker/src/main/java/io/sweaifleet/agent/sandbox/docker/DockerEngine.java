package io.sweaifleet.agent.sandbox.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Connections to one engine: one kind for questions, which are answered within half a minute or fail, one for streams,
 * which last as long as a command, and one for builds and pulls.
 */
final class DockerEngine implements AutoCloseable {

    static final String REMEDY = "start the Docker engine (systemctl start docker), or give the role another sandbox";

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration LONG_ANSWER = Duration.ofMinutes(30);

    private final String address;
    private final DockerClient control;
    private final DockerClient streams;
    private final DockerClient images;

    private DockerEngine(String address, DockerClient control, DockerClient streams, DockerClient images) {
        this.address = address;
        this.control = control;
        this.streams = streams;
        this.images = images;
    }

    /** Makes the connections lazily: an engine that is away is noticed at the first question. */
    static DockerEngine at(String address) {
        DefaultDockerClientConfig.Builder builder = DefaultDockerClientConfig.createDefaultConfigBuilder();
        if (!address.isEmpty()) {
            builder.withDockerHost(address);
        }
        DefaultDockerClientConfig config = builder.build();
        return new DockerEngine(
                config.getDockerHost().toString(),
                client(config, ANSWER),
                client(config, Duration.ZERO),
                client(config, LONG_ANSWER));
    }

    private static DockerClient client(DefaultDockerClientConfig config, Duration answer) {
        return DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .maxConnections(1_000)
                        .connectionTimeout(CONNECT)
                        .responseTimeout(answer)
                        .build());
    }

    String address() {
        return address;
    }

    /** For questions. */
    DockerClient control() {
        return control;
    }

    /** For the output of commands; it never times out by itself. */
    DockerClient streams() {
        return streams;
    }

    /** For builds and pulls. */
    DockerClient images() {
        return images;
    }

    /**
     * Asks the engine.
     *
     * @param what what is being done, for the message: "create a container"
     * @throws SandboxFailedException when the engine does not answer, or refuses
     */
    <T> T ask(String what, Supplier<T> question) {
        try {
            return question.get();
        } catch (SandboxFailedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed(what, e);
        }
    }

    SandboxFailedException failed(String what, Throwable cause) {
        Throwable root = cause;
        for (int depth = 0; depth < 10 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        String reason = root.getMessage() == null ? root.toString() : root.getMessage();
        return new SandboxFailedException(
                "the Docker engine at " + address + " could not " + what + ": " + reason.strip(), REMEDY, cause);
    }

    @Override
    public void close() {
        for (DockerClient client : new DockerClient[] {control, streams, images}) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException("the connection to " + address + " could not be closed", e);
            }
        }
    }
}
