package io.sweaifleet.agent.sandbox.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.BuildImageCmd;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.BuildResponseItem;
import com.github.dockerjava.api.model.PruneType;
import com.github.dockerjava.api.model.PullResponseItem;
import io.sweaifleet.agent.sandbox.SandboxFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** The images of one engine: made, fetched, named and tidied up. Thread-safe; one image is made at a time. */
public final class DockerImages {

    /** Label of the images that were built here. */
    static final String BUILT = "io.sweaifleet.built";

    private static final String BUILD = "build:";
    private static final long PULL_MINUTES = 30;

    private final DockerEngine engine;
    private final boolean pull;
    private final ReentrantLock making = new ReentrantLock();

    DockerImages(DockerEngine engine, boolean pull) {
        this.engine = engine;
        this.pull = pull;
    }

    /**
     * Makes sure that the engine has an image of the catalogue.
     *
     * @param image a reference, or {@code build:FOLDER} with a Dockerfile in the folder, or {@code build:FILE} with the tar
     *     of such a folder; what was built is built again when the folder changes
     * @return the reference to use
     * @throws SandboxFailedException when it cannot be had
     */
    public String ensure(String image) throws InterruptedException {
        making.lockInterruptibly();
        try {
            if (image.startsWith(BUILD)) {
                Path source = Path.of(image.substring(BUILD.length()));
                String tag = "fleet.local/built:" + digest(source).substring(0, 16);
                if (!has(tag)) {
                    build(source, tag);
                }
                return tag;
            }
            if (!has(image)) {
                if (!pull) {
                    throw new SandboxFailedException(
                            "the Docker engine at " + engine.address() + " does not have the image " + image,
                            "docker pull " + image + ", or set fleet.sandbox.docker.pull=true");
                }
                pull(image);
            }
            return image;
        } finally {
            making.unlock();
        }
    }

    /** Whether the engine has an image. */
    public boolean has(String reference) {
        return engine.ask("look for the image " + reference, () -> {
            try {
                engine.control().inspectImageCmd(reference).exec();
                return true;
            } catch (NotFoundException e) {
                return false;
            }
        });
    }

    /**
     * Builds an image. Its steps have the engine's network: a Dockerfile is the operator's, never an agent's.
     *
     * @param source folder with a Dockerfile, or a tar of one
     * @throws SandboxFailedException with the build's last words when it fails
     */
    public void build(Path source, String tag) throws InterruptedException {
        StringBuilder said = new StringBuilder();
        BuildImageResultCallback result = new BuildImageResultCallback() {
            @Override
            public void onNext(BuildResponseItem item) {
                if (item.getStream() != null) {
                    said.append(item.getStream());
                }
                super.onNext(item);
            }
        };
        try (InputStream tar =
                Files.isRegularFile(source) ? Files.newInputStream(source) : InputStream.nullInputStream()) {
            BuildImageCmd build = Files.isDirectory(source)
                    ? engine.images().buildImageCmd(source.toFile())
                    : engine.images().buildImageCmd(tar);
            build.withTags(java.util.Set.of(tag))
                    .withLabels(Map.of(BUILT, "true"))
                    .withForcerm(true)
                    .exec(result)
                    .awaitImageId();
        } catch (IOException | RuntimeException e) {
            String text = said.toString().strip();
            throw new SandboxFailedException(
                    "the image " + tag + " could not be built from " + source + ": " + e.getMessage()
                            + (text.isEmpty() ? "" : "; the build's last words: " + end(text)),
                    "mend the Dockerfile; docker build " + source + " shows the whole build",
                    e);
        }
    }

    /** Fetches an image from its registry. */
    public void pull(String reference) throws InterruptedException {
        try (ResultCallback.Adapter<PullResponseItem> done =
                engine.images().pullImageCmd(withTag(reference)).exec(new ResultCallback.Adapter<>())) {
            if (!done.awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("no end after " + PULL_MINUTES + " minutes");
            }
        } catch (IOException | RuntimeException e) {
            throw new SandboxFailedException(
                    "the image " + reference + " could not be pulled: " + e.getMessage(),
                    "docker pull " + reference + " on the engine's host, or build it (name=build:FOLDER)",
                    e);
        }
    }

    /** Gives an image a further name. */
    public void tag(String image, String repository, String tag) {
        engine.ask("tag " + image, () -> {
            engine.control().tagImageCmd(image, repository, tag).exec();
            return true;
        });
    }

    /**
     * Removes images that were built here and have lost their name or are used by no container.
     *
     * @return how many bytes that freed
     */
    public long prune() {
        Long freed = engine.ask("prune images", () -> engine.images()
                .pruneCmd(PruneType.IMAGES)
                .withDangling(false)
                .withLabelFilter(BUILT + "=true")
                .exec()
                .getSpaceReclaimed());
        return freed == null ? 0 : freed;
    }

    private static String withTag(String reference) {
        boolean tagged = reference.contains("@") || reference.lastIndexOf(':') > reference.lastIndexOf('/');
        return tagged ? reference : reference + ":latest";
    }

    private static String end(String text) {
        return text.length() <= 500 ? text : text.substring(text.length() - 500);
    }

    /** Of every file's name, content and whether it can be executed. */
    private static String digest(Path source) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<Path> files;
            try (Stream<Path> walk = Files.walk(source)) {
                files = walk.filter(Files::isRegularFile).sorted().toList();
            }
            if (files.isEmpty()) {
                throw new IOException("there is no file in it");
            }
            for (Path file : files) {
                String name = source.relativize(file) + (Files.isExecutable(file) ? " x " : " - ");
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxFailedException(
                    "the image source " + source + " cannot be read: " + e.getMessage(),
                    "mend fleet.sandbox.images: build: is followed by a folder with a Dockerfile, or a tar of one",
                    e);
        }
    }
}
