package io.sweaifleet.agent.run;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tools of a playbook that declared that it needs no workspace: none. */
final class NoTools implements Toolbox {

    static final NoTools INSTANCE = new NoTools();

    private static final String WHY = "the playbook declares that it needs no workspace";

    private NoTools() {}

    @Override
    public Path root() {
        throw new IllegalStateException(WHY);
    }

    @Override
    public boolean canExecute() {
        return false;
    }

    @Override
    public String noSandboxReason() {
        return WHY;
    }

    @Override
    public boolean hasProgram(String name) {
        return false;
    }

    @Override
    public List<String> files(String... globs) throws ToolDenied {
        throw denied();
    }

    @Override
    public String read(String path) throws ToolDenied {
        throw denied();
    }

    @Override
    public void readAll(List<String> paths, long maxBytes, FileConsumer each) throws ToolDenied {
        throw denied();
    }

    @Override
    public void write(String path, String text) throws ToolDenied {
        throw denied();
    }

    @Override
    public void delete(String path) throws ToolDenied {
        throw denied();
    }

    @Override
    public CommandResult git(String... arguments) throws ToolDenied {
        throw denied();
    }

    @Override
    public CommandResult run(CommandRequest request) throws ToolDenied {
        throw denied();
    }

    @Override
    public CommandResult test(CommandRequest request) throws ToolDenied {
        throw denied();
    }

    @Override
    public Set<String> offered() {
        return Set.of();
    }

    @Override
    public String outside(
            String tool, @Nullable String host, List<String> words, Map<String, String> arguments, OutsideCall body)
            throws ToolDenied {
        throw denied();
    }

    private static ToolDenied denied() {
        return new ToolDenied("no-workspace", WHY);
    }
}
