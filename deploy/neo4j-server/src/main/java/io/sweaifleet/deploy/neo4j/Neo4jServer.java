package io.sweaifleet.deploy.neo4j;

import static org.neo4j.configuration.GraphDatabaseSettings.DEFAULT_DATABASE_NAME;
import static org.neo4j.configuration.GraphDatabaseSettings.SYSTEM_DATABASE_NAME;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.GraphDatabaseService;
import org.neo4j.io.ByteUnit;

/**
 * A running Neo4j in this process that speaks Bolt on 127.0.0.1 and asks for a password.
 *
 * <p>Its directory is kept: a server started on it again, even after {@code kill -9}, has what was committed.
 */
public final class Neo4jServer implements AutoCloseable {
    /** The one user. */
    public static final String USER = "neo4j";

    /** Neo4j refuses a shorter password. */
    public static final int SHORTEST_PASSWORD = 8;

    private static final Duration START = Duration.ofMinutes(1);

    private final DatabaseManagementService service;
    private final int port;

    private Neo4jServer(DatabaseManagementService service, int port) {
        this.service = service;
        this.port = port;
    }

    /**
     * Starts the database and returns when it answers queries.
     *
     * @param home holds its data, transaction logs and log files
     * @param port of Bolt
     * @param password of {@link #USER} from now on, at least {@link #SHORTEST_PASSWORD} characters
     * @throws IllegalStateException when the database is not available within a minute
     */
    public static Neo4jServer start(Path home, int port, String password) {
        if (password.length() < SHORTEST_PASSWORD) {
            throw new IllegalArgumentException(
                    "the password has " + password.length() + " characters: give at least " + SHORTEST_PASSWORD);
        }
        DatabaseManagementService service = new DatabaseManagementServiceBuilder(home)
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", port))
                .setConfig(BoltConnector.advertised_address, new SocketAddress("127.0.0.1", port))
                .setConfig(BoltConnector.thread_pool_min_size, 2)
                .setConfig(BoltConnector.thread_pool_max_size, 32)
                .setConfig(HttpConnector.enabled, false)
                .setConfig(GraphDatabaseSettings.auth_enabled, true)
                // Else a query that may only read the graph reads every file of the user: LOAD CSV FROM 'file:///…'.
                .setConfig(GraphDatabaseSettings.allow_file_urls, false)
                .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(48))
                .setConfig(GraphDatabaseSettings.memory_transaction_global_max_size, ByteUnit.mebiBytes(128))
                .setConfig(GraphDatabaseSettings.logical_log_rotation_threshold, ByteUnit.mebiBytes(16))
                .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false)
                .setConfig(GraphDatabaseSettings.keep_logical_logs, "64M size")
                .build();
        try {
            GraphDatabaseService graph = service.database(DEFAULT_DATABASE_NAME);
            if (!graph.isAvailable(START.toMillis())) {
                throw new IllegalStateException(
                        "the graph in " + home + " is not available after " + START.toSeconds() + " s");
            }
            setPassword(service.database(SYSTEM_DATABASE_NAME), password);
        } catch (RuntimeException failure) {
            service.shutdown();
            throw failure;
        }
        return new Neo4jServer(service, port);
    }

    private static void setPassword(GraphDatabaseService system, String password) {
        try {
            system.executeTransactionally(
                    "ALTER USER " + USER + " SET PLAINTEXT PASSWORD $password CHANGE NOT REQUIRED",
                    Map.of("password", password));
        } catch (RuntimeException refused) {
            // There is no statement that sets a password whatever it was; the one in force is refused.
            if (!String.valueOf(refused.getMessage()).contains("cannot be the same")) {
                throw refused;
            }
        }
    }

    /** Where drivers connect. */
    public String uri() {
        return "bolt://127.0.0.1:" + port;
    }

    /** Writes a checkpoint, closes the files and returns. */
    @Override
    public void close() {
        service.shutdown();
    }
}
