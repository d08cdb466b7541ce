package io.sweaifleet.schemas.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** A YAML file cannot be used; every problem that was found is listed. */
public final class InvalidYamlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<YamlProblem> problems;

    /** @param problems what is wrong, at least one */
    public InvalidYamlException(List<YamlProblem> problems) {
        super(problems.stream().map(YamlProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, in the order of the file as far as the lines are known. */
    public List<YamlProblem> problems() {
        return problems;
    }
}
