package io.sweaifleet.ingest.cli;

import java.util.List;

/** The commands of this module, in the order of the help. */
final class Commands {

    private Commands() {}

    static List<Object> all(CliContext context) {
        return List.of(
                new RunCommand(context),
                new DoCommand(context),
                new SubmitCommand(context),
                new StartCommand(context),
                new StatusCommand(context),
                new ListCommand(context),
                new QueuesCommand(context),
                new WatchCommand(context),
                new CancelCommand(context),
                new PauseCommand(context),
                new ResumeCommand(context),
                new ReprioritiseCommand(context),
                new ApproveCommand(context),
                new RejectCommand(context),
                new SignalCommand(context),
                new ResultsCommand(context),
                new ReplayCommand(context),
                new ArchiveCommand(context),
                new AuditCommand(context),
                new DeadLettersCommand(context),
                new GraphCommand(context),
                new RolesCommand(context),
                new PolicyCommand(context),
                new PoolsCommand(context),
                new SchedulesCommand(context),
                new DefinitionsCommand(context),
                new TopicsCommand(context),
                new SchemasCommand(context),
                new AgentsCommand(context),
                new McpCommand(context),
                new ConfigCommand(context));
    }
}
