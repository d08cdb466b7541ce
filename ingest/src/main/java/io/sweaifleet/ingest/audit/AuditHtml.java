package io.sweaifleet.ingest.audit;

import static io.sweaifleet.ingest.drawing.Markup.escape;

import io.sweaifleet.schemas.json.IsoTimes;
import io.sweaifleet.schemas.record.AuditEvent;
import io.sweaifleet.schemas.record.AuditEventType;
import io.sweaifleet.schemas.record.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A story as one HTML page that needs nothing else, and runs nothing. */
public final class AuditHtml {

    private final StringBuilder out = new StringBuilder(16 * 1024);

    private AuditHtml() {}

    /** The page. */
    public static String render(AuditStory story) {
        AuditHtml page = new AuditHtml();
        page.page(story);
        return page.out.toString();
    }

    private void page(AuditStory story) {
        String title = "Audit of " + story.subject();
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                // What agents wrote stands on this page: nothing in it may load or run.
                .append(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>")
                .append(escape(title))
                .append("</title>\n<style>\n")
                .append(resource("audit.css"))
                .append("</style>\n</head>\n<body>\n<main>\n<h1>")
                .append(escape(title))
                .append("</h1>\n");
        story.attempts().forEach(this::attempt);
        out.append(
                        "<footer>made from <code>fleet.audit</code>; <code>fleet audit verify</code> says whether it is whole</footer>\n")
                .append("</main>\n</body>\n</html>\n");
    }

    private void attempt(AuditStory.Attempt attempt) {
        AuditEvent any = attempt.any();
        out.append("<section>\n<h2>")
                .append(escape(any.getTaskId()))
                .append(", attempt ")
                .append(any.getAttempt())
                .append("</h2>\n<p class=\"who\">")
                .append(escape(AuditStory.who(any)))
                .append("</p>\n<p class=\"totals\">")
                .append(escape(AuditText.totals(attempt)))
                .append("</p>\n");
        for (String id : attempt.changed()) {
            out.append("<p class=\"deny\">Event ")
                    .append(escape(id))
                    .append(" does not have the hash it names: it was changed.</p>\n");
        }
        out.append(
                "<table>\n<thead><tr><th>Time</th><th>Step</th><th>What</th><th>Verdict</th><th>Effect</th></tr></thead>\n<tbody>\n");
        attempt.events().forEach(this::event);
        out.append("</tbody>\n</table>\n</section>\n");
    }

    private void event(AuditEvent event) {
        boolean decision = event.getType() == AuditEventType.DECISION;
        out.append("<tr class=\"")
                .append(decision ? "decision" : event.getVerdict().name().toLowerCase(Locale.ROOT))
                .append("\"><td><time datetime=\"")
                .append(IsoTimes.format(event.getAt()))
                .append("\">")
                .append(AuditText.TIME.format(event.getAt()))
                .append("</time></td><td>")
                .append(decision ? "decision" : escape(event.getTool()))
                .append("</td><td>");
        if (decision) {
            out.append("<strong>")
                    .append(escape(event.getArguments().getOrDefault("chosen", "")))
                    .append("</strong>");
            note("because", event.getReason());
            note("instead of", String.join(", ", event.getAlternatives()));
            out.append("</td><td></td><td></td></tr>\n");
            return;
        }
        out.append("<code>").append(escape(AuditStory.arguments(event))).append("</code>");
        note("wrote", String.join(", ", event.getWritten()));
        note("read", String.join(", ", event.getRead()));
        out.append("</td><td><span class=\"verdict\">")
                .append(event.getVerdict().name())
                .append("</span> ")
                .append(escape(event.getRule()));
        if (event.getVerdict() != Verdict.ALLOW) {
            note("because", event.getReason());
        }
        out.append("</td><td>").append(escape(AuditText.effect(event)));
        if (event.getFailure() != null) {
            note(
                    "failed",
                    event.getFailure().getCode() + ": " + event.getFailure().getMessage());
        }
        out.append("</td></tr>\n");
    }

    private void note(String label, String text) {
        if (!text.isEmpty()) {
            out.append("<div class=\"note\">")
                    .append(label)
                    .append(' ')
                    .append(escape(text))
                    .append("</div>");
        }
    }

    private static String resource(String name) {
        try (InputStream in = AuditHtml.class.getResourceAsStream("/report/" + name)) {
            if (in == null) {
                throw new IllegalStateException("this program lacks its resource report/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
