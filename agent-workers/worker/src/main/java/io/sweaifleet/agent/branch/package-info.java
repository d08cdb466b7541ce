/** Brings finished branches back into repositories of this host. */
@NullMarked
package io.sweaifleet.agent.branch;

import org.jspecify.annotations.NullMarked;
