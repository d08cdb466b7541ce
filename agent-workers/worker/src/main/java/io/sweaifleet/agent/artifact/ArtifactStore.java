package io.sweaifleet.agent.artifact;

import io.sweaifleet.schemas.common.ArtifactRef;
import java.io.IOException;
import java.nio.file.Path;

/** Keeps what attempts produced, addressed by the SHA-256 of its bytes: the same content is kept once. Thread-safe. */
public interface ArtifactStore {

    /**
     * Keeps the bytes; they are durable when this returns.
     *
     * @param name file-like name, unique within the attempt
     * @param kind what it is for: report, patch, bundle, log, dependency-map, other
     * @throws IOException when they cannot be kept, such as on a full disk
     */
    ArtifactRef put(String name, String kind, String mediaType, byte[] content) throws IOException;

    /** Keeps the bytes of a file; they are durable when this returns. The file may be deleted then. */
    ArtifactRef put(String name, String kind, String mediaType, Path file) throws IOException;

    /**
     * The bytes of an artifact, verified against its digest.
     *
     * @throws IOException when the store does not have it, or what it has is not what was put
     */
    byte[] read(ArtifactRef ref) throws IOException;
}
