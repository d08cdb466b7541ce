package io.sweaifleet.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaServerIT {
    @TempDir
    Path directory;

    @Test
    void shouldKeepTopicsAndAcceptTransactionsAfterARestartOnOtherPorts() throws Exception {
        // Given
        try (KafkaServer first = KafkaServer.start(directory);
                Admin admin = Admin.create(Map.of("bootstrap.servers", first.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("kept", Optional.of(12), Optional.empty())))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }

        // When
        try (KafkaServer second = KafkaServer.start(directory);
                Admin admin = Admin.create(Map.of("bootstrap.servers", second.bootstrapServers()));
                KafkaProducer<String, String> producer = transactional(second)) {
            producer.initTransactions();
            producer.beginTransaction();
            var written = producer.send(new ProducerRecord<>("kept", 3, "key", "x".repeat(4_000_000)));
            producer.commitTransaction();

            // Then
            assertThat(written.get(30, TimeUnit.SECONDS).offset()).isZero();
            assertThat(admin.describeTopics(List.of("kept"))
                            .allTopicNames()
                            .get(30, TimeUnit.SECONDS)
                            .get("kept")
                            .partitions())
                    .hasSize(12);
        }
    }

    private static KafkaProducer<String, String> transactional(KafkaServer server) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        server.bootstrapServers(),
                        "transactional.id",
                        "writer",
                        "max.request.size",
                        5_000_000),
                new StringSerializer(),
                new StringSerializer());
    }
}
