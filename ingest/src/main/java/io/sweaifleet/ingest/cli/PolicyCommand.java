package io.sweaifleet.ingest.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.ingest.definition.Definitions;
import io.sweaifleet.ingest.definition.Shipped;
import io.sweaifleet.ingest.print.OutcomeJson;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.ingest.print.Terminal;
import io.sweaifleet.ingest.print.TextTable;
import io.sweaifleet.ingest.print.TextTable.Emphasis;
import io.sweaifleet.schemas.policy.Call;
import io.sweaifleet.schemas.policy.Explanation;
import io.sweaifleet.schemas.policy.Explanation.Looked;
import io.sweaifleet.schemas.policy.Policy;
import io.sweaifleet.schemas.record.Verdict;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.yaml.RoleYaml;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet policy}. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Ask what an agent of a role may do.",
        footer = {
            "",
            "  fleet policy explain --role developer -- rm -rf /",
            "  fleet policy explain --role developer --tool edit --path .github/workflows/build.yml",
            "  fleet policy explain --role developer --tool http_get --host example.org",
            "  fleet policy explain --file my-role.yaml --role writer -- git push"
        })
final class PolicyCommand implements Runnable {

    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    PolicyCommand(CliContext context) {
        this.context = context;
    }

    /** Without a subcommand: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = {
                "Judge a call as a worker would, without making it: the verdict, the rule that decides, why,",
                "and the rules that were looked at. Ends with 0 when the call is allowed, with 1 otherwise.",
                "A command stands after --; one that begins with git is judged as the tool git unless --tool says otherwise."
            })
    int explain(
            @Mixin NodeOptions node,
            @Option(names = "--role", required = true, paramLabel = "ROLE", description = "Its name.") String name,
            @Option(names = "--tool", paramLabel = "TOOL", description = "Tool that is called (default: run, or git).")
                    @Nullable
                    String tool,
            @Option(names = "--path", paramLabel = "PATH", description = "Repository-relative path it is about.")
                    @Nullable
                    String path,
            @Option(names = "--host", paramLabel = "HOST", description = "Host that it would reach.") @Nullable
                    String host,
            @Option(
                            names = "--repository",
                            paramLabel = "R",
                            description = "Repository it is made in: an absolute path or a URL without credentials.")
                    @Nullable
                    String repository,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description = "Take the role from a YAML file; needs no node.")
                    @Nullable
                    Path file,
            @Option(names = "--shipped", description = "Take the role from those that ship; needs no node.")
                    boolean shipped,
            @Option(names = "--json", description = "Print one JSON object.") boolean json,
            @Parameters(index = "0", arity = "0..*", paramLabel = "COMMAND", description = "The command, after --.")
                    @Nullable
                    List<String> command) {
        List<String> words = command == null ? List.of() : command;
        if (tool == null && words.isEmpty()) {
            throw CliException.usage(
                    "there is nothing to judge", "give a command after --, or --tool with --path or --host");
        }
        boolean git = !words.isEmpty() && words.get(0).equals("git") && (tool == null || tool.equals("git"));
        String called = tool == null ? (git ? "git" : "run") : tool;
        Call call = new Call(called, path, git ? words.subList(1, words.size()) : words, host, repository);
        RoleDefinition role = role(node, name, file, shipped);
        Explanation explanation = Policy.of(role).explain(call);
        if (json) {
            context.terminal().out().println(OutcomeJson.pretty(json(role, call, explanation)));
        } else {
            print(role, call, explanation);
        }
        return explanation.judgement().allowed() ? ExitCode.OK : ExitCode.FAILED;
    }

    private RoleDefinition role(NodeOptions node, String name, @Nullable Path file, boolean shipped) {
        if (file != null && shipped) {
            throw CliException.usage("both --file and --shipped are given", "leave one of them out");
        }
        Collection<RoleDefinition> roles;
        if (file != null) {
            roles = read(file);
        } else if (shipped) {
            roles = Shipped.roles(context.clock().instant());
        } else {
            try (Fleet fleet = context.open(node)) {
                roles = Definitions.roles(fleet).all().values();
            }
        }
        return roles.stream()
                .filter(role -> role.getRole().equals(name))
                .findFirst()
                .orElseThrow(() -> CliException.failed(
                        "there is no role " + name,
                        "use one of "
                                + roles.stream().map(RoleDefinition::getRole).collect(Collectors.joining(", "))));
    }

    private List<RoleDefinition> read(Path file) {
        try {
            String text = Files.readString(context.terminal().directory().resolve(file));
            return RoleYaml.parse(file.toString(), text, context.clock().instant());
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "cannot read " + file, "give the path of a YAML file in UTF-8", e);
        } catch (InvalidYamlException e) {
            throw CliException.usage(
                    file + " holds no valid roles",
                    e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
        }
    }

    private void print(RoleDefinition role, Call call, Explanation explanation) {
        Terminal terminal = context.terminal();
        Style style = terminal.outStyle();
        Verdict verdict = explanation.judgement().verdict();
        String word =
                switch (verdict) {
                    case ALLOW -> style.green("ALLOW");
                    case ASK -> style.yellow("ASK");
                    case DENY, UNKNOWN -> style.red("DENY");
                };
        terminal.out()
                .println(word + "  by " + explanation.judgement().rule() + ": "
                        + explanation.judgement().reason());
        terminal.out().println("role " + role.getRole() + " version " + role.getVersion() + ", " + words(call));
        if (explanation.looked().isEmpty()) {
            return;
        }
        terminal.out().println();
        TextTable table = new TextTable("LOOKED AT", "EFFECT", "MATCHES", "WHY");
        explanation
                .looked()
                .forEach(looked -> table.add(
                        looked.matched() ? emphasis(verdict) : Emphasis.NONE,
                        List.of(
                                looked.rule(),
                                looked.effect().name().toLowerCase(Locale.ROOT),
                                looked.matched() ? "yes" : "no",
                                looked.detail())));
        table.lines(style, terminal.outIsTerminal() ? terminal.width() : 0).forEach(terminal.out()::println);
    }

    private static Emphasis emphasis(Verdict verdict) {
        return switch (verdict) {
            case ALLOW -> Emphasis.GOOD;
            case ASK -> Emphasis.ATTENTION;
            case DENY, UNKNOWN -> Emphasis.BAD;
        };
    }

    private static String words(Call call) {
        return "tool " + call.tool()
                + (call.path() == null ? "" : ", path " + call.path())
                + (call.host() == null ? "" : ", host " + call.host())
                + (call.repository() == null ? "" : ", repository " + call.repository())
                + (call.argv().isEmpty() ? "" : ", words " + String.join(" ", call.argv()));
    }

    private static ObjectNode json(RoleDefinition role, Call call, Explanation explanation) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("verdict", explanation.judgement().verdict().name());
        document.put("rule", explanation.judgement().rule());
        document.put("reason", explanation.judgement().reason());
        document.put("role", role.getRole());
        document.put("roleVersion", role.getVersion());
        document.put("tool", call.tool());
        ArrayNode looked = document.putArray("looked");
        for (Looked rule : explanation.looked()) {
            looked.addObject()
                    .put("rule", rule.rule())
                    .put("effect", rule.effect().name())
                    .put("matched", rule.matched())
                    .put("detail", rule.detail());
        }
        return document;
    }
}
