package io.sweaifleet.schemas.role.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** A role's YAML cannot be used; every problem that was found is listed. */
public final class InvalidRoleException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<RoleProblem> problems;

    /** @param problems what is wrong, at least one */
    public InvalidRoleException(List<RoleProblem> problems) {
        super(problems.stream().map(RoleProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, in the order of the file as far as the lines are known. */
    public List<RoleProblem> problems() {
        return problems;
    }
}
