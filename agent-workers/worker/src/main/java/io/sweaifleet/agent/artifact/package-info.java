/** The artifact store: what attempts produced, addressed by its content. */
@NullMarked
package io.sweaifleet.agent.artifact;

import org.jspecify.annotations.NullMarked;
