/** Syntax trees of source files, by tree-sitter, and whether a text still parses. */
@NullMarked
package io.sweaifleet.agent.tool.syntax;

import org.jspecify.annotations.NullMarked;
