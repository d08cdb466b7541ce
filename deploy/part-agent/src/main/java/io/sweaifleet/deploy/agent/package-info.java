/** Ends a part of the node when its launcher is gone. */
@NullMarked
package io.sweaifleet.deploy.agent;

import org.jspecify.annotations.NullMarked;
