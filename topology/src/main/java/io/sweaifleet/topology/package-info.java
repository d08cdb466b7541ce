/** The process that runs intake and core. Start at {@link io.sweaifleet.topology.TopologyApp}. */
@NullMarked
package io.sweaifleet.topology;

import org.jspecify.annotations.NullMarked;
