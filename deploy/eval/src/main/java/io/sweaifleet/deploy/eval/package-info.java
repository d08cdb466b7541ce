/** A set of small repositories with failing tests and known fixes, and the command that has agents solve them. */
@NullMarked
package io.sweaifleet.deploy.eval;

import org.jspecify.annotations.NullMarked;
