package io.sweaifleet.deploy.node;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.client.KafkaFleet;
import io.sweaifleet.ingest.definition.Shipped;
import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.registry.SchemaRegistration;
import io.sweaifleet.schemas.registry.SchemaRegistryClient;
import io.sweaifleet.schemas.topic.TopicAdmin;
import io.sweaifleet.schemas.topic.TopicException;
import io.sweaifleet.schemas.topic.TopicMismatchException;
import io.sweaifleet.schemas.topic.TopicSettings;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** Makes the public interface exist on the servers: every topic, every schema, the default pool and the shipped roles. */
final class Contract {
    private Contract() {}

    /** Creates what is missing and refuses what contradicts; repeating it changes nothing. */
    static String apply(Settings settings) throws PartException, InterruptedException {
        ExecutorService both = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> topics = both.submit(topics(settings));
            Future<Integer> schemas = both.submit(schemas(settings));
            int created = topics.get();
            int registered = schemas.get();
            int defined = definitions(settings);
            return created + registered + defined == 0
                    ? "topics, schemas, pool and roles are there"
                    : created + " topics, " + registered + " schemas, " + defined + " definitions are new";
        } catch (ExecutionException failure) {
            throw explained(failure.getCause() == null ? failure : failure.getCause());
        } catch (KafkaException failure) {
            throw explained(failure);
        } finally {
            both.shutdownNow();
        }
    }

    private static Callable<Integer> topics(Settings settings) {
        return () -> {
            try (Admin admin = Admin.create(FleetSettings.kafkaClient(settings))) {
                return TopicAdmin.ensure(admin, TopicSettings.from(settings)).size();
            }
        };
    }

    private static Callable<Integer> schemas(Settings settings) {
        return () -> (int) new SchemaRegistration(SchemaRegistryClient.of(FleetSettings.registryClient(settings)))
                .registerAll().stream()
                        .filter(subject -> subject.state() == SchemaRegistration.State.NEWLY_REGISTERED)
                        .count();
    }

    private static int definitions(Settings settings) {
        try (Fleet fleet = new KafkaFleet(settings)) {
            return Shipped.ensure(fleet, Instant.now()).size();
        }
    }

    private static PartException explained(Throwable failure) {
        if (failure instanceof TopicMismatchException || failure instanceof TopicException) {
            return new PartException(
                    "the topics cannot be used: " + failure.getMessage(),
                    "'fleet topics describe' shows every difference",
                    failure);
        }
        return new PartException(
                "topics, schemas or roles could not be created: " + failure.getMessage(),
                "'fleet topics describe' and 'fleet schemas check' tell which",
                failure);
    }
}
