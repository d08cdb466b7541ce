/** The repository map: the definitions that matter most, within a budget of tokens. */
@NullMarked
package io.sweaifleet.agent.tool.map;

import org.jspecify.annotations.NullMarked;
