/** Chat models as the fleet knows them: what is asked and answered, which ones are configured. */
@NullMarked
package io.sweaifleet.agent.brain.model;

import org.jspecify.annotations.NullMarked;
