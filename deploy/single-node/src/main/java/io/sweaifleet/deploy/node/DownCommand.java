package io.sweaifleet.deploy.node;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Ends a node. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Ends the node and all its parts. Its data stays.")
final class DownCommand implements Callable<Integer> {
    @Mixin
    private final DataDirOption dataDir = new DataDirOption();

    @Override
    public Integer call() throws InterruptedException {
        Path directory = dataDir.path();
        if (NodeDirectory.running(directory).isEmpty()) {
            System.out.println("fleet: no node runs on " + directory);
            return 0;
        }
        new BackgroundNode().stop(directory);
        System.out.println("fleet: the node in " + directory + " has ended; its data stays there");
        return 0;
    }
}
