/** Reading what a person submits: a task or a workflow as JSON or YAML. Knows no Kafka. */
@NullMarked
package io.sweaifleet.ingest.submit;

import org.jspecify.annotations.NullMarked;
