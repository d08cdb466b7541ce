/** The topic catalogue: every topic of the fleet, declared once. */
@NullMarked
package io.sweaifleet.schemas.topic;

import org.jspecify.annotations.NullMarked;
