package io.sweaifleet.agent.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.support.Report;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.worker.Assignment;
import java.util.List;
import java.util.Map;

/** The machine-readable report of an attempt whose playbook wrote none of its own. */
final class PlainReport {

    private PlainReport() {}

    static byte[] json(
            Assignment assignment,
            String summary,
            Map<String, String> outputs,
            List<Finding> findings,
            List<SkippedStep> skipped) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("taskId", assignment.getTaskId());
        report.put("kind", assignment.getKind());
        report.put("summary", summary);
        ObjectNode values = report.putObject("outputs");
        outputs.forEach(values::put);
        Report.putFound(report, findings, skipped);
        return Report.toJson(report);
    }
}
