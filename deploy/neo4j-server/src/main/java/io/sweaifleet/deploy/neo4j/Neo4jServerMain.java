package io.sweaifleet.deploy.neo4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A database as a process: arguments are its home directory, its Bolt port and a file that holds the password. Prints
 * {@code FLEET-READY neo4j} when it answers queries and stops cleanly on SIGTERM.
 */
public final class Neo4jServerMain {
    private Neo4jServerMain() {}

    public static void main(String[] args) throws InterruptedException {
        if (args.length != 3) {
            System.err.println("give three arguments: home directory, Bolt port, password file");
            System.exit(2);
        }
        try {
            String password =
                    Files.readString(Path.of(args[2]), StandardCharsets.UTF_8).strip();
            Neo4jServer server = Neo4jServer.start(Path.of(args[0]), Integer.parseInt(args[1]), password);
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-neo4j"));
        } catch (IOException | RuntimeException failure) {
            failure.printStackTrace();
            System.err.println(
                    "Neo4j did not start in " + args[0] + " on 127.0.0.1:" + args[1] + ": " + rootOf(failure));
            // The database's threads would keep the process alive.
            Runtime.getRuntime().halt(1);
        }
        System.out.println("FLEET-READY neo4j");
        new CountDownLatch(1).await();
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause;
    }
}
