/** Kafka's broker and Connect's worker as plain mains with the settings that one small machine needs. */
@NullMarked
package io.sweaifleet.deploy.kafka;

import org.jspecify.annotations.NullMarked;
