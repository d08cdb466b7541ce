package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.core.Cause;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.Map;

/**
 * When and why a decision is taken.
 *
 * @param now core's wall clock, ms since the epoch
 * @param resumedAt when core last resumed after a gap in its clock (start, restore, sleeping machine), ms since the epoch;
 *     workers are not judged by what they did not do during the gap
 * @param cause the record or timer
 * @param inputOffsets next offset to read of each of core's inputs
 */
public record Moment(long now, long resumedAt, Cause cause, Map<String, Long> inputOffsets) {

    /** Next offset of the topic that brings definitions. */
    long coreInputsOffset() {
        return inputOffsets.getOrDefault(FleetTopic.CORE_INPUTS.topicName(), 0L);
    }
}
