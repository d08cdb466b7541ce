/** The tools that a model calls, over the toolbox of the attempt. */
@NullMarked
package io.sweaifleet.agent.tool.builtin;

import org.jspecify.annotations.NullMarked;
