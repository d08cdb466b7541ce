/** What decides the steps of an attempt: a playbook, or a chat model. */
@NullMarked
package io.sweaifleet.agent.brain;

import org.jspecify.annotations.NullMarked;
