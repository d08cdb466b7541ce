/** What a record must hold beyond its schema, for all who write it and all who take it. */
@NullMarked
package io.sweaifleet.schemas.rule;

import org.jspecify.annotations.NullMarked;
