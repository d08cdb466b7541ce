/** What both Streams applications share: records as received, reading them, and dead letters. */
@NullMarked
package io.sweaifleet.topology.stream;

import org.jspecify.annotations.NullMarked;
