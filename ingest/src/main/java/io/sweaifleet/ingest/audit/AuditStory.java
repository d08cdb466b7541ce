package io.sweaifleet.ingest.audit;

import io.sweaifleet.schemas.audit.AuditChain;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What agents did for a task, attempt by attempt, each in the order of time.
 *
 * @param subject what it is about: a task or a workflow
 * @param attempts its attempts, by task and number
 */
public record AuditStory(String subject, List<Attempt> attempts) {

    /**
     * One attempt.
     *
     * @param events its events, at least one
     * @param changed ids of those whose content does not have the hash they name
     */
    public record Attempt(List<AuditEvent> events, List<String> changed) {

        /** Any of them: who did it is the same for all. */
        public AuditEvent any() {
            return events.get(0);
        }

        /** Number of calls of a verdict. */
        public long calls(Verdict verdict) {
            return events.stream()
                    .filter(event -> event.getType() == AuditEventType.INVOCATION && event.getVerdict() == verdict)
                    .count();
        }

        /** Number of decisions of the brain. */
        public long decisions() {
            return events.stream()
                    .filter(event -> event.getType() == AuditEventType.DECISION)
                    .count();
        }

        /** Time in tools, in ms. */
        public long toolMs() {
            return events.stream()
                    .map(AuditEvent::getDurationMs)
                    .filter(Objects::nonNull)
                    .mapToLong(Long::longValue)
                    .sum();
        }

        /** Output of tools, in bytes. */
        public long outputBytes() {
            return events.stream().mapToLong(AuditEvent::getOutputBytes).sum();
        }
    }

    /** The story that events tell; checkpoints are not part of it. */
    public static AuditStory of(String subject, Collection<AuditEvent> events) {
        Map<String, List<AuditEvent>> byAttempt = events.stream()
                .filter(event -> event.getType() != AuditEventType.CHECKPOINT)
                .collect(Collectors.groupingBy(
                        event -> event.getTaskId() + String.format("#%06d", event.getAttempt()),
                        TreeMap::new,
                        Collectors.toCollection(ArrayList::new)));
        List<Attempt> attempts = new ArrayList<>();
        byAttempt.values().forEach(list -> {
            list.sort(Comparator.comparing(AuditEvent::getAt).thenComparing(AuditEvent::getSequence));
            List<String> changed = list.stream()
                    .filter(event -> !event.getHash().equals(AuditChain.hash(event)))
                    .map(AuditEvent::getId)
                    .toList();
            attempts.add(new Attempt(List.copyOf(list), changed));
        });
        return new AuditStory(subject, List.copyOf(attempts));
    }

    /** Who ran an attempt and what, in words. */
    static String who(AuditEvent event) {
        return "agent " + event.getAgentId() + " on worker " + event.getWorkerId() + ", role " + event.getRole()
                + ", brain "
                + event.getBrain()
                        .getKind()
                        .name()
                        .toLowerCase(java.util.Locale.ROOT)
                        .replace('_', ' ') + " "
                + event.getBrain().getName()
                + (event.getBrain().getVersion().isEmpty()
                        ? ""
                        : " " + event.getBrain().getVersion())
                + (event.getRepository().isEmpty() ? "" : ", repository " + event.getRepository());
    }

    /** What was called with what: a command as it was, other arguments by name. */
    static String arguments(AuditEvent event) {
        Map<String, String> arguments = new TreeMap<>(event.getArguments());
        String command = arguments.remove("argv");
        String rest = arguments.entrySet().stream()
                .map(argument -> argument.getKey() + "=" + argument.getValue())
                .collect(Collectors.joining(" "));
        if (command == null) {
            return rest;
        }
        return rest.isEmpty() ? command : command + "  (" + rest + ")";
    }

    /** The policy's verdict with the rule that decided. */
    static String verdict(AuditEvent event) {
        String word = event.getVerdict() == Verdict.ALLOW
                ? "allow"
                : event.getVerdict().name();
        return word + " (" + event.getRule() + ")";
    }
}
