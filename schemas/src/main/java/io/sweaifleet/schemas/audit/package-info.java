/** The tamper-evident chain of audit events: how an event is hashed and a chain signed, and how both are verified. Knows no Kafka. */
@NullMarked
package io.sweaifleet.schemas.audit;

import org.jspecify.annotations.NullMarked;
