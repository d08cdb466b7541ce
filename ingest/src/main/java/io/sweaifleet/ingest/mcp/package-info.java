/** The fleet as a server of the Model Context Protocol, so that editors and other agents submit tasks and follow them. */
@NullMarked
package io.sweaifleet.ingest.mcp;

import org.jspecify.annotations.NullMarked;
