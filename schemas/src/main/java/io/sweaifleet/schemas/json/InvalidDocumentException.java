package io.sweaifleet.schemas.json;

import java.util.List;
import java.util.stream.Collectors;

/** A document does not fit its schema; every problem that was found is listed. */
public final class InvalidDocumentException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<FieldProblem> problems;

    /** @param problems what is wrong, at least one */
    public InvalidDocumentException(List<FieldProblem> problems) {
        super(problems.stream().map(FieldProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, in the order of the document. */
    public List<FieldProblem> problems() {
        return problems;
    }
}
