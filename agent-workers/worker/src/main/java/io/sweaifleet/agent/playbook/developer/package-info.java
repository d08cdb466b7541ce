/** The developer role's playbooks: recipes, unused imports and patches, as commits that build. */
@NullMarked
package io.sweaifleet.agent.playbook.developer;

import org.jspecify.annotations.NullMarked;
