package io.sweaifleet.agent.workspace;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to clone.
 *
 * @param repository absolute path or URL
 * @param baseRef branch, tag or commit to start from; null for HEAD
 * @param branch branch to work on, {@code fleet/<pool>/<task-id>}
 * @param lease the attempt's own folder, which exists
 */
public record WorkspaceRequest(String repository, @Nullable String baseRef, String branch, Path lease) {}
