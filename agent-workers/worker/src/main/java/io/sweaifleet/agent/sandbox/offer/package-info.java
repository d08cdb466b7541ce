/** Which sandboxes a worker offers: tried when it starts, and chosen by the role of each attempt. */
@NullMarked
package io.sweaifleet.agent.sandbox.offer;

import org.jspecify.annotations.NullMarked;
