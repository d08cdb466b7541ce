/** Settings: declared with their documentation, read from one place, refused with a remedy. */
@NullMarked
package io.sweaifleet.schemas.config;

import org.jspecify.annotations.NullMarked;
