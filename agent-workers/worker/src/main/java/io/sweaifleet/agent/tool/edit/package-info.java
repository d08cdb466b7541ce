/** Changes of text that a model describes: where they belong, and what comes of them. */
@NullMarked
package io.sweaifleet.agent.tool.edit;

import org.jspecify.annotations.NullMarked;
