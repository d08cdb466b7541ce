package io.sweaifleet.agent.brain.chat;

import io.sweaifleet.agent.brain.model.Message;
import io.sweaifleet.agent.brain.model.Tokens;
import io.sweaifleet.agent.brain.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What was said so far, and what of it fits into a model's context. Old observations are condensed first, then old steps are
 * folded into a list of what was decided; the last {@value #WHOLE} steps stay whole as long as they fit at all. The task, the
 * decisions and the diff are never lost.
 */
final class Conversation {

    static final int WHOLE = 5;

    private static final int SHORT = 160;
    private static final int LEAST_SHOWN = 200;

    /** What changed so far, for a prompt whose old steps are folded. */
    interface DiffSource {
        String diff() throws InterruptedException;
    }

    /** One answer, the calls it held, and what they gave. */
    private static final class Step {
        private final String said;
        private final List<ToolCall> calls;
        private final List<Observation> observations;

        Step(String said, List<ToolCall> calls, List<Observation> observations) {
            this.said = said;
            this.calls = List.copyOf(calls);
            this.observations = List.copyOf(observations);
        }
    }

    /**
     * What a call gave, or what the model is told when it made none.
     *
     * @param text as the model sees it
     * @param brief one line of it
     */
    record Observation(boolean ok, String text, String brief) {}

    private final String task;
    private final DiffSource diffSource;
    private final UnaryOperator<String> fence;
    private final List<Step> steps = new ArrayList<>();
    private int condensed;
    private int folded;

    /** @param fence marks what is left of old observations as data, the same way each time */
    Conversation(String task, DiffSource diffSource, UnaryOperator<String> fence) {
        this.task = task;
        this.diffSource = diffSource;
        this.fence = fence;
    }

    /** Adds a step; observations are as many as calls, or one when there is no call. */
    void add(String said, List<ToolCall> calls, List<Observation> observations) {
        steps.add(new Step(said, calls, observations));
    }

    /**
     * The messages to send.
     *
     * @param budget longest prompt, in tokens, without the tools
     * @param nativeCalls whether calls are messages of their own, or text
     * @return empty when even the least does not fit
     */
    List<Message> messages(String system, int budget, boolean nativeCalls) throws InterruptedException {
        List<Message> messages = render(system, nativeCalls, "", Integer.MAX_VALUE);
        if (size(messages) <= budget) {
            return messages;
        }
        condensed = Math.max(condensed, steps.size() - WHOLE);
        messages = render(system, nativeCalls, "", Integer.MAX_VALUE);
        if (size(messages) <= budget) {
            return messages;
        }
        folded = Math.max(folded, steps.size() - WHOLE);
        String diff = folded > 0 ? diffSource.diff() : "";
        int shown = Integer.MAX_VALUE;
        messages = render(system, nativeCalls, diff, shown);
        int longest = longestObservation();
        while (size(messages) > budget && (shown == Integer.MAX_VALUE || shown > LEAST_SHOWN)) {
            shown = shown == Integer.MAX_VALUE ? longest : shown;
            shown = Math.max(LEAST_SHOWN, shown * 2 / 3);
            messages = render(system, nativeCalls, diff, shown);
        }
        return size(messages) <= budget ? messages : List.of();
    }

    private int longestObservation() {
        return steps.stream()
                .flatMap(step -> step.observations.stream())
                .mapToInt(observation -> observation.text().length())
                .max()
                .orElse(LEAST_SHOWN);
    }

    private static int size(List<Message> messages) {
        return messages.stream().mapToInt(Tokens::of).sum();
    }

    private List<Message> render(String system, boolean nativeCalls, String diff, int shown)
            throws InterruptedException {
        List<Message> messages = new ArrayList<>();
        messages.add(Message.system(system));
        String changed = folded > 0 && diff.isEmpty() ? diffSource.diff() : diff;
        messages.add(Message.user(folded > 0 ? task + "\n\n" + foldedSteps(changed, shown) : task));
        for (int i = folded; i < steps.size(); i++) {
            Step step = steps.get(i);
            List<String> results = new ArrayList<>();
            for (Observation observation : step.observations) {
                boolean brief = i < condensed && !step.calls.isEmpty();
                results.add(
                        brief
                                ? "[condensed, call again to see it whole] " + fence.apply(observation.brief())
                                : cut(observation.text(), shown));
            }
            if (nativeCalls && !step.calls.isEmpty()) {
                messages.add(Message.assistant(step.said, step.calls));
                for (int call = 0; call < step.calls.size(); call++) {
                    messages.add(Message.result(step.calls.get(call), results.get(call)));
                }
            } else {
                StringBuilder said = new StringBuilder(step.said);
                step.calls.forEach(
                        call -> said.append(said.isEmpty() ? "" : "\n").append(TextProtocol.written(call)));
                messages.add(Message.assistant(said.toString(), List.of()));
                messages.add(Message.user(String.join("\n\n", results)));
            }
        }
        return messages;
    }

    private String foldedSteps(String diff, int shown) {
        StringBuilder text = new StringBuilder("# Your steps so far, condensed\n");
        for (int i = 0; i < folded; i++) {
            Step step = steps.get(i);
            text.append(i + 1).append(". ").append(line(step.said, folded > 20 ? SHORT / 2 : SHORT));
            for (int call = 0; call < step.calls.size(); call++) {
                Observation observation = step.observations.get(call);
                text.append(" → ")
                        .append(step.calls.get(call).name())
                        .append(' ')
                        .append(line(step.calls.get(call).arguments(), 80))
                        .append(
                                observation.ok()
                                        ? " → ok"
                                        : " → failed: " + fence.apply(line(observation.brief(), 80)));
            }
            text.append('\n');
        }
        text.append("\n# What you have changed so far\n")
                .append(diff.isBlank() ? "(nothing)" : fence.apply(cut(diff, shown)));
        return text.toString();
    }

    /** The first and last part of a text that is too long. */
    static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int part = Math.max(50, length / 2 - 20);
        return text.substring(0, part) + "\n… " + (text.length() - 2 * part) + " characters left out …\n"
                + text.substring(text.length() - part);
    }

    /** One line of a text. */
    static String line(String text, int length) {
        String flat = text.strip().replaceAll("\\s+", " ");
        return flat.length() <= length ? flat : flat.substring(0, length - 1) + "…";
    }
}
