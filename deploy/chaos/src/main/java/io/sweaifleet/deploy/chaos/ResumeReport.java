package io.sweaifleet.deploy.chaos;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.deploy.chaos.run.ResumeRun;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Tells how long pools stood still.
 *
 * @param kills what came of each kill; at least one
 */
record ResumeReport(List<ResumeRun.Resumed> kills) {

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%d kills of one of two instances of core: first outcome of its pools after %,d ms (median), %,d ms (max);"
                        + " of each of its pools after %,d ms (median), %,d ms (max)%n",
                kills.size(),
                median(ResumeRun.Resumed::firstMs),
                max(ResumeRun.Resumed::firstMs),
                median(ResumeRun.Resumed::allMs),
                max(ResumeRun.Resumed::allMs));
    }

    ObjectNode json() {
        ObjectNode document = new ObjectMapper().createObjectNode();
        figures(document.putObject("firstOutcomeMs"), ResumeRun.Resumed::firstMs);
        figures(document.putObject("allPoolsMs"), ResumeRun.Resumed::allMs);
        ArrayNode each = document.putArray("kills");
        kills.forEach(kill -> each.addObject()
                .put("instance", kill.instance())
                .put("pools", kill.pools())
                .put("firstOutcomeMs", kill.firstMs())
                .put("allPoolsMs", kill.allMs()));
        return document;
    }

    private void figures(ObjectNode node, ToLongFunction<ResumeRun.Resumed> of) {
        node.put("median", median(of));
        node.put("max", max(of));
    }

    private long median(ToLongFunction<ResumeRun.Resumed> of) {
        return kills.stream()
                .mapToLong(of)
                .sorted()
                .skip((kills.size() - 1) / 2)
                .findFirst()
                .orElse(0);
    }

    private long max(ToLongFunction<ResumeRun.Resumed> of) {
        return kills.stream().mapToLong(of).max().orElse(0);
    }
}
