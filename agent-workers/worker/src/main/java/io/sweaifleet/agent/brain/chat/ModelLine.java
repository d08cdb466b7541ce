package io.sweaifleet.agent.brain.chat;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.BrainContext;
import io.sweaifleet.agent.brain.limit.InferenceGate;
import io.sweaifleet.agent.brain.model.ChatAnswer;
import io.sweaifleet.agent.brain.model.ChatModel;
import io.sweaifleet.agent.brain.model.ChatRequest;
import io.sweaifleet.agent.brain.model.ModelConfig.ToolCalling;
import io.sweaifleet.agent.brain.model.ModelException;
import io.sweaifleet.agent.brain.model.ModelException.Cause;
import io.sweaifleet.agent.brain.model.ModelTraits;
import io.sweaifleet.agent.brain.model.Tokens;
import io.sweaifleet.agent.brain.recorded.Recorder;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The models of one attempt, in order: asks the first, again when that may help, and goes on to the next when it does not. Every
 * try is audited, every answer recorded. Thread-confined.
 */
final class ModelLine {

    private static final int MAX_SHORTENED = 3;
    private static final int SILENT_TRIES = 2;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** Makes the request that suits a model. */
    interface RequestMaker {
        /** @return empty when the conversation does not fit into the model's context */
        Optional<ChatRequest> make(ModelTraits traits) throws PlaybookFailure, InterruptedException;
    }

    private final List<ChatModel> models;
    private final InferenceGate gate;
    private final BrainContext context;
    private final Recorder recorder;
    private final Backoff backoff;
    private final Clock clock;
    private final java.util.function.Consumer<BrainStamp> stamped;
    private int current;
    private long spentMicroUsd;
    private @Nullable ModelTraits traits;

    ModelLine(
            List<ChatModel> models,
            InferenceGate gate,
            BrainContext context,
            Recorder recorder,
            Backoff backoff,
            Clock clock,
            java.util.function.Consumer<BrainStamp> stamped) {
        this.models = List.copyOf(models);
        this.gate = gate;
        this.context = context;
        this.recorder = recorder;
        this.backoff = backoff;
        this.clock = clock;
        this.stamped = stamped;
    }

    /** What is known of the model that is asked now. */
    ModelTraits traits() throws InterruptedException {
        if (traits == null) {
            traits = models.get(current).traits(context.cancellation());
        }
        return traits;
    }

    /** Money spent so far, in millionths of a US dollar. */
    long spentMicroUsd() {
        return spentMicroUsd;
    }

    /** Name of the model that is asked now. */
    String name() {
        return models.get(Math.min(current, models.size() - 1)).config().name();
    }

    /**
     * An answer.
     *
     * @throws PlaybookFailure when none of the models gives one, or a budget is used up
     */
    ChatAnswer ask(RequestMaker maker) throws PlaybookFailure, InterruptedException {
        ModelException last = null;
        while (current < models.size()) {
            try {
                return askCurrent(maker);
            } catch (ModelException e) {
                if (models.get(current).config().kind() == BrainKind.RECORDED) {
                    // What is played back must not be continued by a live model: nothing recorded passes for live.
                    throw failure(e);
                }
                last = e;
                current++;
                traits = null;
                if (current < models.size()) {
                    context.decide(
                            "go on with model " + name(), String.valueOf(e.getMessage()), List.of("fail the task"));
                }
            }
        }
        throw failure(last);
    }

    private ChatAnswer askCurrent(RequestMaker maker) throws ModelException, PlaybookFailure, InterruptedException {
        ChatModel model = models.get(current);
        int failures = 0;
        int shortened = 0;
        while (true) {
            context.cancellation().check();
            ModelTraits known = traits();
            ChatRequest request = maker.make(known)
                    .orElseThrow(() -> new ModelException(
                            Cause.CONTEXT_EXCEEDED,
                            "the task does not fit into the " + known.contextTokens() + " tokens of model "
                                    + model.config().name() + " (known from " + known.contextSource()
                                    + "); give it a longer context, or the task fewer words"));
            Instant at = clock.instant();
            try (InferenceGate.Slot ignored = gate.enter(model.config(), context.cancellation())) {
                ChatAnswer answer = model.ask(request, context.cancellation());
                accept(model, request, answer, at, failures);
                return answer;
            } catch (ModelException e) {
                refuse(model, request, e, at);
                if (e.why() == Cause.NO_TOOL_CALLING
                        && known.toolCalling()
                        && model.config().toolCalling() == ToolCalling.AUTO) {
                    context.decide(
                            "call tools by text", String.valueOf(e.getMessage()), List.of("go on with another model"));
                    traits = known.withoutToolCalling();
                    continue;
                }
                if (e.why() == Cause.CONTEXT_EXCEEDED && shortened++ < MAX_SHORTENED) {
                    traits = known.withContext(known.contextTokens() * 7 / 10, "what the endpoint refused");
                    continue;
                }
                failures++;
                if (!e.passing() || failures >= (e.why() == Cause.SILENT ? SILENT_TRIES : backoff.tries())) {
                    throw e;
                }
                await(model, e, failures);
            }
        }
    }

    private void accept(ChatModel model, ChatRequest request, ChatAnswer answer, Instant at, int failures)
            throws PlaybookFailure, InterruptedException {
        long duration = Duration.between(at, clock.instant()).toMillis();
        String id = answer.modelId().isEmpty() ? model.config().model() : answer.modelId();
        stamped.accept(BrainStamp.newBuilder()
                .setKind(model.config().kind())
                .setName(model.config().name())
                .setVersion(id)
                .build());
        Map<String, String> facts = facts(model, request);
        long cost = pay(model, answer.inputTokens(), answer.outputTokens(), answer.estimated(), facts);
        facts.put("finish", answer.finish());
        facts.put("failuresBefore", Integer.toString(failures));
        context.exchanged(facts, at, duration, null);
        recorder.add(model.config().name(), at, duration, request, traits(), answer);
        context.used(answer.inputTokens(), answer.outputTokens(), cost);
    }

    /** What broke off in its midst has cost all the same; nobody says how much. */
    private void refuse(ChatModel model, ChatRequest request, ModelException e, Instant at)
            throws PlaybookFailure, InterruptedException {
        long duration = Duration.between(at, clock.instant()).toMillis();
        Map<String, String> facts = facts(model, request);
        Optional<Long> output = e.lostTokens();
        if (output.isEmpty()) {
            context.exchanged(facts, at, duration, failureOf(e));
            return;
        }
        long input = Tokens.of(request);
        long cost = pay(model, input, output.get(), true, facts);
        context.exchanged(facts, at, duration, failureOf(e));
        context.used(input, output.get(), cost);
    }

    private long pay(ChatModel model, long input, long output, boolean estimated, Map<String, String> facts) {
        long cost = model.config().cost(input, output);
        spentMicroUsd += cost;
        facts.put("inputTokens", Long.toString(input));
        facts.put("outputTokens", Long.toString(output));
        facts.put("costMicroUsd", Long.toString(cost));
        facts.put("estimated", Boolean.toString(estimated));
        return cost;
    }

    private Map<String, String> facts(ChatModel model, ChatRequest request) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", model.config().name());
        facts.put("modelId", model.config().model());
        facts.put("request", recorder.key(request));
        facts.put("messages", Integer.toString(request.messages().size()));
        return facts;
    }

    /** Waits before the next try; the others wait too when the endpoint said for how long. */
    private void await(ChatModel model, ModelException failed, int failures)
            throws ModelException, InterruptedException {
        Duration own = backoff.after(failures, ThreadLocalRandom.current());
        Duration wait =
                failed.retryAfter().filter(asked -> asked.compareTo(own) > 0).orElse(own);
        boolean beyond = clock.instant().plus(wait).isAfter(context.deadline());
        if (beyond || wait.compareTo(LONGEST_WAIT) > 0) {
            throw failed;
        }
        if (failed.retryAfter().isPresent()) {
            gate.pause(model.config(), wait);
        }
        context.step("model " + name() + ": "
                + failed.why().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ", again in "
                + Math.max(1, wait.toSeconds()) + " s");
        CountDownLatch stopped = new CountDownLatch(1);
        try (Cancellation.Registration ignored = context.cancellation().onCancel(stopped::countDown)) {
            if (stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                context.cancellation().check();
            }
        }
    }

    private static Failure failureOf(ModelException e) {
        return failure(e).failure();
    }

    static PlaybookFailure failure(@Nullable ModelException last) {
        if (last == null) {
            return PlaybookFailure.failed(
                    FailureClass.PERMANENT, "MODEL_MISSING", "no model is configured", ChatBrains.HOW_TO_NAME_A_MODEL);
        }
        FailureClass failureClass = last.passing()
                ? FailureClass.TRANSIENT
                : switch (last.why()) {
                    case UNAUTHORIZED, MISCONFIGURED -> FailureClass.ENVIRONMENT;
                    default -> FailureClass.PERMANENT;
                };
        String remedy =
                switch (last.why()) {
                    case RATE_LIMITED ->
                        "lower fleet.models.NAME.requests-per-minute, or list a second model in the role";
                    case UNREACHABLE -> "start the model's server, or mend fleet.models.NAME.url";
                    case SILENT -> "raise fleet.models.NAME.timeout";
                    case NOT_RECORDED -> "record it again against a live model";
                    default -> "look at the model's server, or list a second model in the role";
                };
        return PlaybookFailure.failed(
                failureClass, "MODEL_" + last.why().name(), String.valueOf(last.getMessage()), remedy);
    }
}
