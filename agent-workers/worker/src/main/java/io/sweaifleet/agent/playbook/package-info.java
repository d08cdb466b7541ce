/** Playbooks: brains that follow declared steps, without a model. */
@NullMarked
package io.sweaifleet.agent.playbook;

import org.jspecify.annotations.NullMarked;
