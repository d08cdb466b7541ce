/** Who may answer what running agents ask. */
@NullMarked
package io.sweaifleet.schemas.approval;

import org.jspecify.annotations.NullMarked;
