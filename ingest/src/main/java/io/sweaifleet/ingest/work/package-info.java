/** Tasks in plain words for an agent with a chat model: what is submitted, what came of it, and lists of them. */
@NullMarked
package io.sweaifleet.ingest.work;

import org.jspecify.annotations.NullMarked;
