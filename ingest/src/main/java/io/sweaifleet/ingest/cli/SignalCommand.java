package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.key.Keys;
import io.sweaifleet.schemas.task.ControlAction;
import io.sweaifleet.schemas.task.TaskControl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleet signal}. */
@Command(
        name = "signal",
        mixinStandardHelpOptions = true,
        description = {
            "Send a signal to a run of a definition: it ends a step that waits for it, whose outputs are what the signal tells.",
            "One that comes before the step waits is kept for it."
        })
final class SignalCommand extends ControlCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "Id of a run, or of the task that waits.")
    private String id = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "Name of the signal.")
    private String signal = "";

    @Parameters(index = "2", arity = "0..*", paramLabel = "NAME=VALUE", description = "What the signal tells.")
    private @Nullable List<String> payload;

    SignalCommand(CliContext context) {
        super(context, ControlAction.SIGNAL);
    }

    @Override
    void check() {
        ControlRequest.checkId(id);
        if (!Keys.isId(signal)) {
            throw CliException.usage(
                    "'" + signal + "' is not the name of a signal", "use lower-case letters, digits and dashes");
        }
        values();
    }

    private Map<String, String> values() {
        return NamedValues.of(payload == null ? List.of() : payload, "what the signal tells");
    }

    @Override
    Optional<TaskControl.Builder> target(ControlRequest request) {
        return request.about(id).map(control -> control.setSignal(signal).setPayload(values()));
    }

    @Override
    String said(String inPool) {
        return "sent " + signal + " to " + id;
    }
}
