package io.sweaifleet.topology.intake;

import io.sweaifleet.topology.stream.SharedSerdes;
import java.time.InstantSource;
import java.util.Map;

/**
 * What intake's processors share.
 *
 * @param topicIds ids that the broker gave the topics, by name
 */
record IntakeParts(SharedSerdes serdes, Map<String, String> topicIds, InstantSource clock, Patience patience) {}
