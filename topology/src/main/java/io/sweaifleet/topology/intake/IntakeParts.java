package io.sweaifleet.topology.intake;

import io.sweaifleet.schemas.approval.ApprovalKey;
import io.sweaifleet.topology.stream.SharedSerdes;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What intake's processors share.
 *
 * @param topicIds ids that the broker gave the topics, by name
 * @param approvals whose answers to what agents ask are taken; empty takes nobody's
 */
record IntakeParts(
        SharedSerdes serdes,
        Map<String, String> topicIds,
        InstantSource clock,
        Patience patience,
        Optional<ApprovalKey> approvals) {}
