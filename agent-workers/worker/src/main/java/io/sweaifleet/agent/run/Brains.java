package io.sweaifleet.agent.run;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.brain.Brain;
import io.sweaifleet.agent.brain.PlaybookBrain;
import io.sweaifleet.agent.brain.chat.ChatBrains;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;
import io.sweaifleet.schemas.common.Failure;
import io.sweaifleet.schemas.common.FailureClass;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The brains of this worker: its playbooks, and its chat models for tasks of kind {@value ChatBrains#KIND}. Thread-safe. */
public final class Brains implements AutoCloseable {

    private final Playbooks playbooks;
    private final @Nullable ChatBrains chat;

    public Brains(Playbooks playbooks, ChatBrains chat) {
        this(playbooks, chat, true);
    }

    private Brains(Playbooks playbooks, @Nullable ChatBrains chat, boolean ignored) {
        this.playbooks = playbooks;
        this.chat = chat;
    }

    /** Playbooks alone. */
    public static Brains of(Playbooks playbooks) {
        return new Brains(playbooks, null, true);
    }

    /**
     * What does an attempt.
     *
     * @param brain what does it, or null when nothing can
     * @param stamp which brain that is, or would have been
     * @param refusal why nothing can, or null
     */
    record Choice(
            @Nullable Brain brain,
            BrainStamp stamp,
            @Nullable Failure refusal) {}

    /** Kinds that can be done, sorted. */
    Collection<String> kinds() {
        TreeSet<String> kinds = new TreeSet<>(playbooks.kinds());
        if (chat != null) {
            kinds.add(ChatBrains.KIND);
        }
        return kinds;
    }

    /** Chooses the brain of an attempt. */
    Choice choose(Attempt attempt) {
        String kind = attempt.assignment().getKind();
        if (chat != null && kind.equals(ChatBrains.KIND)) {
            return chatModel(chat, attempt);
        }
        Playbook playbook = playbooks.find(kind).orElse(null);
        BrainStamp stamp = BrainStamp.newBuilder()
                .setKind(BrainKind.PLAYBOOK)
                .setName(kind)
                .setVersion(playbook == null ? "" : playbook.version())
                .build();
        return playbook == null || !attempt.role().getPlaybooks().contains(kind)
                ? new Choice(null, stamp, unknownKind(attempt, playbook != null))
                : new Choice(new PlaybookBrain(playbook), stamp, null);
    }

    private static Choice chatModel(ChatBrains chat, Attempt attempt) {
        Brain brain = chat.brain(attempt);
        if (ChatBrains.namesModel(attempt.role(), attempt.assignment())) {
            return new Choice(brain, brain.stamp(), null);
        }
        Failure refusal = Failure.newBuilder()
                .setFailureClass(FailureClass.PERMANENT)
                .setCode("MODEL_MISSING")
                .setMessage("neither the role " + attempt.role().getRole() + " nor the task names a model")
                .setRemedy("list one in the role's models, or give the task the input model")
                .setField("inputs.model")
                .build();
        return new Choice(null, brain.stamp(), refusal);
    }

    private Failure unknownKind(Attempt attempt, boolean installed) {
        String kind = attempt.assignment().getKind();
        String role = attempt.role().getRole();
        String message = installed
                ? "role " + role + " does not list the kind " + kind + "; it lists "
                        + String.join(", ", attempt.role().getPlaybooks())
                : "no playbook of this worker does the kind " + kind + "; known kinds are "
                        + String.join(", ", kinds());
        return Failure.newBuilder()
                .setFailureClass(FailureClass.PERMANENT)
                .setCode("UNKNOWN_KIND")
                .setMessage(message)
                .setRemedy(
                        installed
                                ? "add the kind to the role's playbooks and apply the role"
                                : "submit one of the known kinds, or add a playbook for this one to the worker")
                .setField("kind")
                .setValue(kind.length() > 200 ? kind.substring(0, 200) : kind)
                .build();
    }

    @Override
    public void close() {
        if (chat != null) {
            chat.close();
        }
    }
}
