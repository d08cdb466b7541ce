/** Interactive queries over HTTP: every instance answers for every pool, from its own state or another instance's. */
@NullMarked
package io.sweaifleet.topology.query;

import org.jspecify.annotations.NullMarked;
