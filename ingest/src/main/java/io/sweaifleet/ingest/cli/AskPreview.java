package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.common.ApprovalRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What an agent asks, for the person who answers. The agent wrote it: control characters do not reach the terminal. */
final class AskPreview {

    private AskPreview() {}

    static List<String> lines(ApprovalRequest request) {
        List<String> lines = new ArrayList<>();
        lines.add("  request " + request.getRequestId() + ": " + plain(request.getTool()) + ", rule "
                + plain(request.getRule()) + (request.getReason().isEmpty() ? "" : ": " + plain(request.getReason())));
        new TreeMap<>(request.getArguments())
                .forEach((name, value) -> lines.add("    " + plain(name) + ": " + plain(value)));
        request.getPreview().lines().forEach(line -> lines.add("    | " + plain(line)));
        return lines;
    }

    private static String plain(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ").replaceAll("[\\p{Cc}\\p{Cf}&&[^\t]]", "\uFFFD");
    }
}
