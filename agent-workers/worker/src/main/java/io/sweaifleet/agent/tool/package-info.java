/** The tools of a role, bound to one attempt: judged, confined, audited. */
@NullMarked
package io.sweaifleet.agent.tool;

import org.jspecify.annotations.NullMarked;
