/**
 * The expressions of workflow definitions: CEL (the Common Expression Language) with a fixed set of variables, without
 * side effects, clock or randomness, and bounded in time and memory.
 */
@NullMarked
package io.sweaifleet.schemas.expression;

import org.jspecify.annotations.NullMarked;
