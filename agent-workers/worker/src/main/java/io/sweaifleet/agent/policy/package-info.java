/** What a role may do: one place decides for file tools and commands alike. */
@NullMarked
package io.sweaifleet.agent.policy;

import org.jspecify.annotations.NullMarked;
