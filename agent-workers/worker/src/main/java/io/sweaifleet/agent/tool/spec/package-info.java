/** Tools as a chat model sees them: declared schemas and hints, and what a call gave. */
@NullMarked
package io.sweaifleet.agent.tool.spec;

import org.jspecify.annotations.NullMarked;
