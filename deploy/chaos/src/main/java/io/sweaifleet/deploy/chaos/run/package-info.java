/** A fleet of several instances, the load on it, and the faults in it. */
@NullMarked
package io.sweaifleet.deploy.chaos.run;

import org.jspecify.annotations.NullMarked;
