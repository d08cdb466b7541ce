/** Where commands run: isolated by bubblewrap, or as plain processes when the operator allows it by name. */
@NullMarked
package io.sweaifleet.agent.sandbox;

import org.jspecify.annotations.NullMarked;
