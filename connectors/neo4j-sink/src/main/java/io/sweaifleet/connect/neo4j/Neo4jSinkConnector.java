package io.sweaifleet.connect.neo4j;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Sink into Neo4j by one Cypher statement per topic. Takes the configuration of Neo4j's own connector with the Cypher strategy. */
public final class Neo4jSinkConnector extends SinkConnector {

    private Map<String, String> properties = Map.of();

    @Override
    public void start(Map<String, String> props) {
        new SinkConfig(props);
        properties = Map.copyOf(props);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return Neo4jSinkTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return Collections.nCopies(maxTasks, properties);
    }

    @Override
    public void stop() {
        properties = Map.of();
    }

    @Override
    public ConfigDef config() {
        return SinkConfig.definition();
    }

    @Override
    public String version() {
        return Version.get();
    }
}
