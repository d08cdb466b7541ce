/** Independent clones in which attempts work. */
@NullMarked
package io.sweaifleet.agent.workspace;

import org.jspecify.annotations.NullMarked;
