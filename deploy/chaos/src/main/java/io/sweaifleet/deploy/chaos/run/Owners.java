package io.sweaifleet.deploy.chaos.run;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.topic.FleetTopic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.GroupState;

/** Which instance of core has which pools, as the group's coordinator knows it. */
final class Owners {

    /** Application id of core. */
    private static final String GROUP = "fleet-core";

    private final Admin admin;
    private final List<String> pools;

    Owners(Admin admin, List<String> pools) {
        this.admin = admin;
        this.pools = List.copyOf(pools);
    }

    /** Pools of each instance that is a member; empty while the members have not agreed, or the coordinator is away. */
    Map<String, Set<String>> read() throws InterruptedException {
        ConsumerGroupDescription group;
        try {
            group = admin.describeConsumerGroups(List.of(GROUP))
                    .all()
                    .get(10, TimeUnit.SECONDS)
                    .get(GROUP);
        } catch (ExecutionException | TimeoutException away) {
            return Map.of();
        }
        Map<String, Set<String>> owners = new HashMap<>();
        if (group == null || group.groupState() != GroupState.STABLE) {
            return owners;
        }
        for (MemberDescription member : group.members()) {
            // Each thread of an instance is a member: its name and the number of the thread.
            String instance = member.groupInstanceId().orElse("").replaceFirst("-\\d+$", "");
            Set<String> own = owners.computeIfAbsent(instance, none -> new HashSet<>());
            for (String pool : pools) {
                int partition = Keys.partition(pool, FleetTopic.CORE_INPUTS.partitions());
                if (member.assignment().topicPartitions().stream()
                        .anyMatch(assigned -> assigned.partition() == partition
                                && assigned.topic().equals(FleetTopic.CORE_INPUTS.topicName()))) {
                    own.add(pool);
                }
            }
        }
        return owners;
    }
}
