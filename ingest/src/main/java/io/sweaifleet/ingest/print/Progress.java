package io.sweaifleet.ingest.print;

import io.sweaifleet.ingest.follow.WorkflowView;
import io.sweaifleet.schemas.core.TaskEvent;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** Live progress of a workflow: rewritten in place for a person at a terminal, appended line by line in a pipe. */
public interface Progress {

    /** Tells of events that just arrived and of the time that passed. */
    void show(WorkflowView view, List<TaskEvent> events, Instant now);

    /** Something to tell besides, on lines of its own. */
    void say(String line);

    /**
     * The form that fits.
     *
     * @param stream where to
     * @param inPlace true on a terminal
     * @param start when the workflow was submitted
     */
    static Progress on(PrintStream stream, boolean inPlace, Style style, int width, Instant start) {
        return inPlace ? new InPlace(stream, style, width) : new Appended(stream, start);
    }

    /** One line a task, rewritten. */
    final class InPlace implements Progress {

        private static final String CURSOR_UP = "\u001b[%dA";
        private static final String CLEAR_LINE = "\u001b[2K\r";

        private final PrintStream stream;
        private final Style style;
        private final int width;
        private List<String> shown = List.of();

        InPlace(PrintStream stream, Style style, int width) {
            this.stream = stream;
            this.style = style;
            this.width = width;
        }

        @Override
        public void show(WorkflowView view, List<TaskEvent> events, Instant now) {
            List<String> lines = ProgressLines.inPlace(view, now, style, width);
            if (!lines.equals(shown)) {
                write(lines);
                shown = lines;
            }
        }

        @Override
        public void say(String line) {
            stream.println(line);
            shown = List.of();
        }

        private void write(List<String> lines) {
            StringBuilder text = new StringBuilder();
            if (!shown.isEmpty()) {
                text.append(String.format(java.util.Locale.ROOT, CURSOR_UP, shown.size()));
            }
            lines.forEach(line -> text.append(CLEAR_LINE).append(line).append('\n'));
            stream.print(text);
            stream.flush();
        }
    }

    /** One line a change. */
    final class Appended implements Progress {

        private final PrintStream stream;
        private final Instant start;

        Appended(PrintStream stream, Instant start) {
            this.stream = stream;
            this.start = start;
        }

        @Override
        public void show(WorkflowView view, List<TaskEvent> events, Instant now) {
            events.forEach(event -> ProgressLines.change(event, start).ifPresent(stream::println));
        }

        @Override
        public void say(String line) {
            stream.println(line);
        }
    }
}
