package io.sweaifleet.agent.brain.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.agent.attempt.Cancellation.CancelledException;
import io.sweaifleet.agent.brain.Brain;
import io.sweaifleet.agent.brain.BrainContext;
import io.sweaifleet.agent.brain.BrainResult;
import io.sweaifleet.agent.brain.chat.Conversation.Observation;
import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatModel;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.Message;
import io.sweaifleet.agent.brain.model.ModelTraits;
import io.sweaifleet.agent.brain.model.Tokens;
import io.sweaifleet.agent.brain.model.ToolCall;
import io.sweaifleet.agent.brain.recorded.Normaliser;
import io.sweaifleet.agent.brain.recorded.Recorder;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.tool.spec.ModelTools;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.role.RoleDefinition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The brain that asks a chat model for each step: answer, calls of tools, observations, until it submits, a limit is reached, it
 * goes round in circles, or the attempt is stopped. For one attempt.
 */
final class ChatModelBrain implements Brain {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Calls of one answer that are made; further ones are refused. */
    private static final int MAX_CALLS = 8;

    /** What is left free of a context, since tokenizers differ. */
    private static final double MARGIN = 0.05;

    private final ChatBrains brains;
    private volatile BrainStamp stamp;

    ChatModelBrain(ChatBrains brains, BrainStamp stamp) {
        this.brains = brains;
        this.stamp = stamp;
    }

    @Override
    public BrainStamp stamp() {
        return stamp;
    }

    @Override
    public boolean needsWorkspace() {
        return true;
    }

    @Override
    public BrainResult run(BrainContext context) throws PlaybookFailure, InterruptedException {
        String instructions = context.assignment().getInstructions();
        if (instructions == null || instructions.isBlank()) {
            throw PlaybookFailure.badInput(
                    "instructions", "", "the task has no instructions", "say in instructions what is to be done");
        }
        Normaliser normaliser = normaliser(context);
        Recorder recorder = new Recorder(normaliser);
        Transcript transcript = new Transcript();
        List<ChatModel> models = brains.open(context, normaliser);
        try (ModelTools tools = brains.tools(context)) {
            ModelLine line = new ModelLine(
                    models, brains.gate(), context, recorder, brains.backoff(), brains.clock(), now -> stamp = now);
            return new Loop(context, line, tools, normaliser, transcript, brains.clock()).run(instructions);
        } finally {
            models.forEach(ChatModel::close);
            keep(context, recorder, transcript);
        }
    }

    /** Also of an attempt that failed: it shows why. */
    private static void keep(BrainContext context, Recorder recorder, Transcript transcript) {
        if (recorder.size() > 0) {
            context.artifact(Recorder.FILE, "recording", "application/x-ndjson", recorder.bytes());
            context.artifact("transcript.md", "report", "text/markdown", transcript.bytes());
        }
    }

    private static Normaliser normaliser(BrainContext context) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put(context.tools().root().toString(), "/workspace");
        names.put(context.scratch().toString(), "/scratch");
        names.put(context.assignment().getLeaseId(), "<lease>");
        names.put(context.assignment().getTaskId(), "<task>");
        return Normaliser.of(names);
    }

    /** One run of it. */
    private static final class Loop {

        private final BrainContext context;
        private final ModelLine line;
        private final ModelTools tools;
        private final Transcript transcript;
        private final Prompts prompts;
        private final StuckDetector stuck;
        private final RoleDefinition role;
        private final Clock clock;
        private long tokens;
        private double measured = 1;

        Loop(
                BrainContext context,
                ModelLine line,
                ModelTools tools,
                Normaliser normaliser,
                Transcript transcript,
                Clock clock) {
            this.context = context;
            this.line = line;
            this.tools = tools;
            this.transcript = transcript;
            this.prompts = new Prompts(context.assignment().getLeaseId());
            this.stuck = new StuckDetector(normaliser);
            this.role = context.role();
            this.clock = clock;
        }

        BrainResult run(String instructions) throws PlaybookFailure, InterruptedException {
            TestCheck tests =
                    new TestCheck(context, context.assignment().getInputs().getOrDefault("test", ""), clock);
            TestCheck.Outcome before = tests.run("before");
            String map = tools.repositoryMap(Math.min(2_000, line.traits().contextTokens() / 8));
            String task = prompts.task(context.assignment().getTitle(), instructions, map, tests.command(), before);
            transcript.begin(task);
            Conversation conversation = new Conversation(task, this::diff, prompts::condensed);
            End end = loop(conversation);
            TestCheck.Outcome after = tests.run("after");
            transcript.note(
                    "Ended: " + end.stopped() + ". Tests before: " + shown(before) + "; after: " + shown(after));
            Map<String, String> outputs = new LinkedHashMap<>();
            outputs.put("steps", Integer.toString(end.steps()));
            outputs.put("stopped", end.stopped());
            outputs.put("model", line.name());
            outputs.put("testsBefore", before.counts());
            outputs.put("testsAfter", after.counts());
            return new BrainResult(end.summary(), outputs, end.failure());
        }

        private static String shown(TestCheck.Outcome outcome) {
            return outcome.counts().isEmpty() ? "not run" : outcome.counts();
        }

        private record End(
                int steps,
                String stopped,
                String summary,
                @org.jspecify.annotations.Nullable Failure failure) {}

        private End loop(Conversation conversation) throws PlaybookFailure, InterruptedException {
            int steps = 0;
            while (true) {
                if (steps >= role.getMaxSteps()) {
                    return limit(steps, role.getMaxSteps() + " steps", "maxSteps");
                }
                if (role.getMaxTokens() != null && tokens >= role.getMaxTokens()) {
                    return limit(steps, role.getMaxTokens() + " tokens", "maxTokens");
                }
                if (role.getMaxCostMicroUsd() != null && line.spentMicroUsd() >= role.getMaxCostMicroUsd()) {
                    return limit(steps, role.getMaxCostMicroUsd() + " micro-USD", "maxCostMicroUsd");
                }
                steps++;
                context.step("step " + steps + ": asking " + line.name());
                int[] estimate = new int[1];
                ChatAnswer answer = line.ask(traits -> request(conversation, traits, estimate));
                tokens += answer.inputTokens() + answer.outputTokens();
                if (!answer.estimated() && estimate[0] > 0) {
                    // Never below: some endpoints leave out what they had cached.
                    measured = Math.max(1.0, Math.min(2.0, (double) answer.inputTokens() / estimate[0]));
                }
                Turn turn = turn(answer, steps);
                transcript.step(steps, line.name(), answer, turn.said());
                Optional<End> end = act(conversation, turn, steps);
                if (end.isPresent()) {
                    return end.get();
                }
            }
        }

        private static End limit(int steps, String limit, String field) {
            return new End(
                    steps,
                    "limit",
                    "stopped at its limit of " + limit,
                    Failure.newBuilder()
                            .setFailureClass(FailureClass.PERMANENT)
                            .setCode("AGENT_LIMIT")
                            .setMessage("the agent did not submit within its limit of " + limit)
                            .setRemedy(
                                    "raise " + field + " of the role, use a stronger model, or make the task smaller;"
                                            + " transcript.md shows what it did, changes.patch what it changed")
                            .build());
        }

        private Optional<ChatRequest> request(Conversation conversation, ModelTraits traits, int[] estimate)
                throws InterruptedException {
            List<ToolSpec> specs = tools.specs();
            List<ToolSpec> passed = traits.toolCalling() ? specs : List.of();
            String system = Prompts.system(role, specs, traits.toolCalling());
            int own = Tokens.of(new ChatRequest(List.of(), passed, 0));
            int room = (int) ((traits.contextTokens() * (1 - MARGIN) - traits.maxOutputTokens()) / measured) - own;
            List<Message> messages = conversation.messages(system, room, traits.toolCalling());
            if (messages.isEmpty()) {
                return Optional.empty();
            }
            ChatRequest request = new ChatRequest(messages, passed, traits.maxOutputTokens());
            estimate[0] = Tokens.of(request);
            return Optional.of(request);
        }

        /** An answer, read. */
        private record Turn(String said, List<ToolCall> calls, String problem) {}

        private Turn turn(ChatAnswer answer, int step) {
            if (!answer.calls().isEmpty()) {
                return new Turn(answer.text(), answer.calls(), "");
            }
            TextProtocol.Parsed parsed = TextProtocol.parse(answer.text(), step);
            String problem = parsed.call() == null && answer.finish().equals("length")
                    ? "Your answer was cut off at its longest length. Answer shorter: one call, and at most two sentences."
                    : parsed.problem();
            return new Turn(parsed.text(), parsed.call() == null ? List.of() : List.of(parsed.call()), problem);
        }

        private Optional<End> act(Conversation conversation, Turn turn, int step) throws InterruptedException {
            List<Observation> observations = new ArrayList<>();
            StringBuilder actions = new StringBuilder();
            StringBuilder results = new StringBuilder();
            boolean failed = turn.calls().isEmpty();
            String submitted = null;
            for (ToolCall call : turn.calls()) {
                ToolCallResult result = submitted != null || observations.size() >= MAX_CALLS
                        ? new ToolCallResult(
                                false,
                                "not done: at most " + MAX_CALLS + " calls in an answer, none after submit",
                                false)
                        : call(call, turn.said());
                failed |= !result.ok();
                actions.append(call.name()).append(' ').append(call.arguments()).append('\n');
                results.append(result.text()).append('\n');
                transcript.call(call, result.ok(), result.text());
                observations.add(observation(result));
                if (result.ends()) {
                    submitted = result.text();
                }
            }
            if (turn.calls().isEmpty()) {
                results.append(turn.problem());
                transcript.note(turn.problem());
                observations.add(new Observation(false, turn.problem(), turn.problem()));
            } else if (!turn.problem().isEmpty()) {
                Observation last = observations.remove(observations.size() - 1);
                observations.add(new Observation(last.ok(), last.text() + "\n" + turn.problem(), last.brief()));
            }
            if (submitted != null) {
                return Optional.of(new End(step, "submitted", Conversation.line(submitted, 900), null));
            }
            StuckDetector.Verdict verdict = stuck.add(actions.toString(), results.toString(), failed);
            if (verdict == StuckDetector.Verdict.STUCK) {
                return Optional.of(stuckEnd(step));
            }
            if (verdict == StuckDetector.Verdict.NUDGE) {
                Observation last = observations.remove(observations.size() - 1);
                String nudge = "This did not work " + StuckDetector.FAILING
                        + " times. Do not repeat it: try another way, or submit and say what is in the way.";
                transcript.note(nudge);
                context.decide(
                        "tell the model to try another way", stuck.reason(), List.of("go on", "end the attempt"));
                observations.add(new Observation(last.ok(), last.text() + "\n" + nudge, last.brief()));
            }
            conversation.add(turn.said(), turn.calls(), observations);
            return Optional.empty();
        }

        private End stuckEnd(int step) {
            transcript.note("Stuck: " + stuck.reason());
            return new End(
                    step,
                    "stuck",
                    "stopped after " + step + " steps: " + stuck.reason(),
                    Failure.newBuilder()
                            .setFailureClass(FailureClass.PERMANENT)
                            .setCode("AGENT_STUCK")
                            .setMessage("the agent went round in circles: " + stuck.reason())
                            .setRemedy("look at transcript.md, use a stronger model, or say more in the instructions")
                            .build());
        }

        private ToolCallResult call(ToolCall call, String why) throws InterruptedException {
            context.cancellation().check();
            JsonNode arguments;
            try {
                arguments = JSON.readTree(call.arguments().isBlank() ? "{}" : call.arguments());
            } catch (JsonProcessingException e) {
                return new ToolCallResult(
                        false,
                        "the arguments of " + call.name() + " are no JSON: " + e.getOriginalMessage()
                                + ". Nothing was done; call it again with a JSON object.",
                        false);
            }
            context.step("step: " + call.name() + " " + Conversation.line(call.arguments(), 120));
            context.decide(
                    call.name() + " " + Conversation.line(call.arguments(), 1_500),
                    why.isBlank() ? "(the model gave no reason)" : Conversation.line(why, 1_500),
                    List.of());
            try {
                return tools.call(call.name(), arguments);
            } catch (CancelledException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                return new ToolCallResult(false, call.name() + ": " + e.getMessage(), false);
            }
        }

        private Observation observation(ToolCallResult result) {
            String text = result.text().isBlank() ? "(no output)" : result.text();
            long lines = text.lines().count();
            String brief = (result.ok() ? "ok, " : "failed, ")
                    + lines
                    + (lines == 1 ? " line: " : " lines: ")
                    + Conversation.line(text, 120);
            return new Observation(result.ok(), (result.ok() ? "" : "FAILED\n") + prompts.fenced(text), brief);
        }

        private String diff() throws InterruptedException {
            try {
                return context.tools().git("diff", "--no-ext-diff", "HEAD").output();
            } catch (ToolDenied e) {
                return "(the role may not call git diff)";
            }
        }
    }
}
