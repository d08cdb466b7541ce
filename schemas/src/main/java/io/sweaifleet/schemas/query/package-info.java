/** What the topology's interactive queries answer, and its JSON. */
@NullMarked
package io.sweaifleet.schemas.query;

import org.jspecify.annotations.NullMarked;
