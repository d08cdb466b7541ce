/** Ids, and the keys of records that are made of them. */
@NullMarked
package io.sweaifleet.schemas.key;

import org.jspecify.annotations.NullMarked;
