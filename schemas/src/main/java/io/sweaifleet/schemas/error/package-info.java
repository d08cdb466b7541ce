/** Why a record could not be written or read, told apart so that callers know whether waiting helps. */
@NullMarked
package io.sweaifleet.schemas.error;

import org.jspecify.annotations.NullMarked;
