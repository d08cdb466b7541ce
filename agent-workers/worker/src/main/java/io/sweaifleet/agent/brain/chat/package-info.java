/** The brain that asks a chat model for each step. */
@NullMarked
package io.sweaifleet.agent.brain.chat;

import org.jspecify.annotations.NullMarked;
