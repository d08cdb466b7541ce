/** The tamper-evident chain of audit events: written here, verified here. */
@NullMarked
package io.sweaifleet.agent.worker.audit;

import org.jspecify.annotations.NullMarked;
