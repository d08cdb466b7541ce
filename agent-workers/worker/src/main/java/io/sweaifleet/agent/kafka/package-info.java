/** What every reader of a topic in an agent worker needs, whatever it reads. */
@NullMarked
package io.sweaifleet.agent.kafka;

import org.jspecify.annotations.NullMarked;
