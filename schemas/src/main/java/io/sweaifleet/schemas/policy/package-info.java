/** What agents may do: rules of a role, judged for one call at a time. Pure; the same for workers and for {@code fleet policy explain}. */
@NullMarked
package io.sweaifleet.schemas.policy;

import org.jspecify.annotations.NullMarked;
