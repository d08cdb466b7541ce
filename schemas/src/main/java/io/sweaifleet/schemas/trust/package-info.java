/** Lets Avro instantiate the generated classes. */
@NullMarked
package io.sweaifleet.schemas.trust;

import org.jspecify.annotations.NullMarked;
