/** The tamper-evident chain of audit events as a worker writes and signs it; see {@link io.sweaifleet.schemas.audit} for how it is verified. */
@NullMarked
package io.sweaifleet.agent.worker.audit;

import org.jspecify.annotations.NullMarked;
