package io.sweaifleet.schemas.expression;

import java.util.Optional;

/**
 * A variable that an expression names.
 *
 * @param variable name of the variable, such as {@code steps}
 * @param name what is taken from it, such as {@code build} of {@code steps.build} or {@code steps['build']}; empty when the
 *     variable is used whole, or by a computed name
 * @param line line within the text, from 1
 * @param column column within its line, from 1
 */
public record Reference(String variable, Optional<String> name, int line, int column) {}
