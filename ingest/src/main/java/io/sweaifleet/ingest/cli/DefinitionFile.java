package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.submit.Document;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.json.FieldProblem;
import io.sweaifleet.schemas.json.InvalidDocumentException;
import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.json.RecordJsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A definition in a YAML file: its version and its time are given by the command that applies it. */
final class DefinitionFile {

    private DefinitionFile() {}

    /**
     * Reads a definition.
     *
     * @param what what it is, for messages
     * @param rules the first problem of a definition, or null
     * @throws CliException naming file, line and field of each problem
     */
    static <T extends SpecificRecord> T read(
            CliContext context, Path file, String what, Class<T> type, Function<T, @Nullable Failure> rules) {
        try {
            Document document = Document.parse(
                    Files.readString(context.terminal().directory().resolve(file)));
            JsonNode tree = document.node();
            if (tree instanceof ObjectNode object) {
                object.putIfAbsent("version", JsonNodeFactory.instance.numberNode(1));
                object.putIfAbsent(
                        "updatedAt",
                        JsonNodeFactory.instance.textNode(
                                IsoTimes.format(context.clock().instant())));
            }
            try {
                T definition = RecordJsonReader.read(tree, type);
                Failure problem = rules.apply(definition);
                if (problem != null) {
                    throw new InvalidDocumentException(List.of(new FieldProblem(
                            Objects.requireNonNullElse(problem.getField(), ""),
                            Objects.requireNonNullElse(problem.getValue(), ""),
                            problem.getMessage(),
                            problem.getRemedy())));
                }
                return definition;
            } catch (InvalidDocumentException e) {
                throw document.withLines(e);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file, "give the path of a YAML file in UTF-8", e);
        } catch (InvalidDocumentException e) {
            throw CliException.usage(
                    file + " is not a " + what + "; nothing was applied",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }
}
