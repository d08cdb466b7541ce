/** Records as plain JSON for people and scripts: no union wrappers, enums by name, times as ISO-8601. */
@NullMarked
package io.sweaifleet.schemas.json;

import org.jspecify.annotations.NullMarked;
