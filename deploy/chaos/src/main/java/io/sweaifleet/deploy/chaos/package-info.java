/** The command {@code chaos}: faults under load, and a proof that nothing was lost or done twice. */
@NullMarked
package io.sweaifleet.deploy.chaos;

import org.jspecify.annotations.NullMarked;
