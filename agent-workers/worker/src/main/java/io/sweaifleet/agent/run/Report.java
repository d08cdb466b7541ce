package io.sweaifleet.agent.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.worker.Assignment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The machine-readable report of an attempt whose playbook wrote none of its own. */
final class Report {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Report() {}

    static byte[] json(
            Assignment assignment,
            String summary,
            Map<String, String> outputs,
            List<Finding> findings,
            List<SkippedStep> skipped) {
        ObjectNode report = MAPPER.createObjectNode();
        report.put("taskId", assignment.getTaskId());
        report.put("kind", assignment.getKind());
        report.put("summary", summary);
        ObjectNode values = report.putObject("outputs");
        outputs.forEach(values::put);
        ArrayNode found = report.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode node = found.addObject();
            node.put("rule", finding.getRule());
            node.put("severity", finding.getSeverity().name());
            node.put("path", finding.getPath());
            node.put("line", finding.getLine());
            node.put("message", finding.getMessage());
        }
        ArrayNode left = report.putArray("skipped");
        for (SkippedStep step : skipped) {
            ObjectNode node = left.addObject();
            node.put("what", step.getWhat());
            node.put("code", step.getCode());
            node.put("reason", step.getReason());
            node.put("remedy", step.getRemedy());
        }
        try {
            return MAPPER.writerWithDefaultPrettyPrinter()
                    .writeValueAsString(report)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }
}
