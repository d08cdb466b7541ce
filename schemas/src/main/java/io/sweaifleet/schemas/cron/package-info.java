/** When schedules fire. */
@NullMarked
package io.sweaifleet.schemas.cron;

import org.jspecify.annotations.NullMarked;
