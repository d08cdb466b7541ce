/** The connection of the command line to a fleet: its topics and its registry. */
@NullMarked
package io.sweaifleet.ingest.client;

import org.jspecify.annotations.NullMarked;
