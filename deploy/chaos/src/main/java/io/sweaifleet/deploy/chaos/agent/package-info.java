/** What runs inside the workers: attempts that keep a log of their own, so that the checker need not believe core. */
@NullMarked
package io.sweaifleet.deploy.chaos.agent;

import org.jspecify.annotations.NullMarked;
