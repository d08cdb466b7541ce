package io.sweaifleet.ingest.audit;

import io.sweaifleet.ingest.print.Durations;
import io.sweaifleet.ingest.print.Style;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A story as lines of text. What agents wrote is shown without control characters: it must not write to the terminal. */
public final class AuditText {

    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private static final String INDENT = " ".repeat(16);

    private final Style style;
    private final List<String> lines = new ArrayList<>();

    private AuditText(Style style) {
        this.style = style;
    }

    /** The lines, without line ends. */
    public static List<String> lines(AuditStory story, Style style) {
        AuditText text = new AuditText(style);
        story.attempts().forEach(text::attempt);
        return text.lines;
    }

    private void attempt(AuditStory.Attempt attempt) {
        AuditEvent any = attempt.any();
        if (!lines.isEmpty()) {
            lines.add("");
        }
        lines.add(style.bold(plain(any.getTaskId()) + ", attempt " + any.getAttempt()) + ", "
                + DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC).format(any.getAt()) + " UTC");
        lines.add(style.faint(plain(AuditStory.who(any))));
        attempt.events().forEach(this::event);
        lines.add(style.faint(totals(attempt)));
        attempt.changed()
                .forEach(id -> lines.add(style.red("changed: ") + plain(id)
                        + " does not have the hash it names; see `fleet audit verify`"));
    }

    private void event(AuditEvent event) {
        String time = "  " + TIME.format(event.getAt()) + "  ";
        if (event.getType() == AuditEventType.DECISION) {
            lines.add(time + "decides  " + plain(event.getArguments().getOrDefault("chosen", "")));
            more("because", event.getReason());
            more("instead of", String.join(", ", event.getAlternatives()));
            return;
        }
        lines.add(time + plain(event.getTool()) + "  " + plain(AuditStory.arguments(event)));
        String verdict = plain(AuditStory.verdict(event));
        String effect = effect(event);
        lines.add(INDENT
                + (event.getVerdict() == Verdict.ALLOW ? verdict : style.red(verdict))
                + (event.getVerdict() == Verdict.ALLOW || event.getReason().isEmpty()
                        ? ""
                        : ": " + plain(event.getReason()))
                + (effect.isEmpty() ? "" : "  " + effect));
        more("wrote", String.join(", ", event.getWritten()));
        if (event.getFailure() != null) {
            more(
                    "failed",
                    event.getFailure().getCode() + ": " + event.getFailure().getMessage());
        }
    }

    private void more(String label, String text) {
        if (!text.isEmpty()) {
            lines.add(INDENT + style.faint(label) + " " + plain(text));
        }
    }

    /** How long it took, how it ended, and how much it said; nothing for what did not run. */
    static String effect(AuditEvent event) {
        List<String> words = new ArrayList<>();
        if (event.getDurationMs() != null) {
            words.add(Durations.words(Duration.ofMillis(event.getDurationMs())));
        }
        if (event.getExitCode() != null) {
            words.add("exit " + event.getExitCode());
        }
        if (event.getOutputBytes() > 0) {
            words.add(String.format(Locale.ROOT, "%,d bytes", event.getOutputBytes()));
        }
        return String.join(", ", words);
    }

    static String totals(AuditStory.Attempt attempt) {
        long denied = attempt.calls(Verdict.DENY);
        long asked = attempt.calls(Verdict.ASK);
        return attempt.decisions() + " decisions, " + (attempt.calls(Verdict.ALLOW) + denied + asked) + " calls ("
                + attempt.calls(Verdict.ALLOW) + " allowed, " + denied + " denied"
                + (asked == 0 ? "" : ", " + asked + " asked")
                + "), " + Durations.words(Duration.ofMillis(attempt.toolMs())) + " in tools, "
                + String.format(Locale.ROOT, "%,d bytes of output", attempt.outputBytes());
    }

    /** On one line, control and formatting characters replaced. */
    static String plain(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ⏎ ").replaceAll("[\\p{Cc}\\p{Cf}]", "\uFFFD");
    }
}
