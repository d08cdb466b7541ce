/** What {@code fleet run} needs besides the fleet: the repository it stands in, and workflows as templates. */
@NullMarked
package io.sweaifleet.ingest.run;

import org.jspecify.annotations.NullMarked;
