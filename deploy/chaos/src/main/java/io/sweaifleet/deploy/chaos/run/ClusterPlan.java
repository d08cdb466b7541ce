package io.sweaifleet.deploy.chaos.run;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a fleet consists of.
 *
 * @param workers ids of the workers, by the pool that they serve
 * @param cores instances of intake and core
 * @param sessionTimeout session and transaction timeout of the instances
 * @param broker further settings of the broker, by Kafka's names
 * @param topology further settings of the instances, by the fleet's names
 */
record ClusterPlan(
        Map<String, List<String>> workers,
        int cores,
        Duration sessionTimeout,
        Map<String, String> broker,
        Map<String, String> topology) {}
