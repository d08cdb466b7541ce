package io.sweaifleet.agent.rewrite;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.rewrite.RecipeCatalog.Found;
import io.sweaifleet.agent.rewrite.RecipeCatalog.Invalid;
import io.sweaifleet.agent.rewrite.RecipeCatalog.Lookup;
import io.sweaifleet.agent.rewrite.RecipeCatalog.Unknown;
import io.sweaifleet.agent.rewrite.RewriteReply.Change;
import io.sweaifleet.agent.rewrite.RewriteRequest.Group;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openrewrite.ExecutionContext;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.Result;
import org.openrewrite.SourceFile;
import org.openrewrite.internal.InMemoryLargeSourceSet;

/**
 * Applies one recipe: {@code RewriteMain REQUEST.json REPLY.json}. It reads the repository and its class path, writes new
 * texts to the request's output directory, and changes nothing else. Exit code 0 when a reply was written (also one with
 * an error in it), 2 when the arguments are wrong; anything else is a crash.
 */
public final class RewriteMain {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RewriteMain() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: RewriteMain REQUEST.json REPLY.json");
            System.exit(2);
        }
        RewriteRequest request = JSON.readValue(Path.of(arguments[0]).toFile(), RewriteRequest.class);
        RewriteReply reply = apply(request);
        JSON.writeValue(Path.of(arguments[1]).toFile(), reply);
        // Libraries of OpenRewrite leave threads behind that are no daemons.
        System.exit(0);
    }

    /**
     * Applies the recipe of a request.
     *
     * @throws IOException when a file cannot be read or written
     */
    static RewriteReply apply(RewriteRequest request) throws IOException {
        Lookup lookup = new RecipeCatalog(
                        request.declarations().stream().map(Path::of).toList())
                .find(request.recipe(), request.options());
        if (lookup instanceof Unknown unknown) {
            return RewriteReply.failed(
                    "UNKNOWN_RECIPE",
                    "there is no recipe " + request.recipe() + " on the class path",
                    unknown.nearest());
        }
        if (lookup instanceof Invalid invalid) {
            return RewriteReply.failed("INVALID_OPTIONS", invalid.message(), List.of());
        }
        Recipe recipe = ((Found) lookup).recipe();
        List<Throwable> errors = new ArrayList<>();
        ExecutionContext context = new InMemoryExecutionContext(errors::add);
        SourceReader reader = new SourceReader(Path.of(request.root()), request.requireTypes());
        for (Group group : request.groups()) {
            reader.read(group, context);
        }
        errors.clear();
        List<Result> results = recipe.run(new InMemoryLargeSourceSet(reader.sources()), context)
                .getChangeset()
                .getAllResults();
        if (!errors.isEmpty()) {
            return RewriteReply.failed("RECIPE_FAILED", "the recipe failed on a file: " + errors.get(0), List.of());
        }
        return new RewriteReply(
                null,
                "",
                List.of(),
                reader.sources().size(),
                write(results, Files.createDirectories(Path.of(request.outputDirectory()))),
                reader.skipped());
    }

    private static List<Change> write(List<Result> results, Path directory) throws IOException {
        List<Change> changes = new ArrayList<>();
        for (Result result : results) {
            SourceFile before = result.getBefore();
            SourceFile after = result.getAfter();
            if (after == null) {
                if (before != null) {
                    changes.add(new Change(SourceReader.path(before), null));
                }
                continue;
            }
            if (before != null && !before.getSourcePath().equals(after.getSourcePath())) {
                changes.add(new Change(SourceReader.path(before), null));
            }
            Path content = directory.resolve("change-" + changes.size());
            Charset charset = after.getCharset();
            Files.write(content, after.printAll().getBytes(charset == null ? Charset.defaultCharset() : charset));
            changes.add(new Change(SourceReader.path(after), content.toString()));
        }
        return changes;
    }
}
