/** One attempt: what it is given, how it reports, how it ends. */
@NullMarked
package io.sweaifleet.agent.attempt;

import org.jspecify.annotations.NullMarked;
