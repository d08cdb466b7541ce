/** Commands in containers of a Docker engine. The only package that knows docker-java. */
@NullMarked
package io.sweaifleet.agent.sandbox.docker;

import org.jspecify.annotations.NullMarked;
