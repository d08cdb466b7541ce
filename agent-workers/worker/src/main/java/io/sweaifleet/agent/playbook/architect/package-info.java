/** The architect's playbook: modules, import dependencies, cycles and hot files. */
@NullMarked
package io.sweaifleet.agent.playbook.architect;

import org.jspecify.annotations.NullMarked;
