/** What playbooks need to know of build tools: where builds begin, and what their logs say. */
@NullMarked
package io.sweaifleet.agent.playbook.build;

import org.jspecify.annotations.NullMarked;
