/** What several playbooks share: reading the tree, pacing, and the two reports every playbook ends in. */
@NullMarked
package io.sweaifleet.agent.playbook.support;

import org.jspecify.annotations.NullMarked;
