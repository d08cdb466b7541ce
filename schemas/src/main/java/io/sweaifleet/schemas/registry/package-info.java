/** The schema registry: a client of Confluent's REST protocol, and the registration of the fleet's schemas. */
@NullMarked
package io.sweaifleet.schemas.registry;

import org.jspecify.annotations.NullMarked;
