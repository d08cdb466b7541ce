/** What happened in a run, as topics and agents recorded it. */
@NullMarked
package io.sweaifleet.deploy.chaos.history;

import org.jspecify.annotations.NullMarked;
