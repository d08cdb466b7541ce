/** The life of tasks as their events tell it, and reading topics without a consumer group. */
@NullMarked
package io.sweaifleet.ingest.follow;

import org.jspecify.annotations.NullMarked;
