/** Help with what people type. */
@NullMarked
package io.sweaifleet.schemas.text;

import org.jspecify.annotations.NullMarked;
