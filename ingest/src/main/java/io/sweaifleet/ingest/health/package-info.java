/** What each agent does and how it does, from the events and heartbeats. */
@NullMarked
package io.sweaifleet.ingest.health;

import org.jspecify.annotations.NullMarked;
