/** The client of OpenAI-compatible endpoints, over LangChain4j. */
@NullMarked
package io.sweaifleet.agent.brain.openai;

import org.jspecify.annotations.NullMarked;
