/** What the sandboxes of containers share, whatever engine runs them: images, folders, the text of what failed. */
@NullMarked
package io.sweaifleet.agent.sandbox.container;

import org.jspecify.annotations.NullMarked;
