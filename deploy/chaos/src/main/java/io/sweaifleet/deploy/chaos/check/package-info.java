/** What must hold of every history. */
@NullMarked
package io.sweaifleet.deploy.chaos.check;

import org.jspecify.annotations.NullMarked;
