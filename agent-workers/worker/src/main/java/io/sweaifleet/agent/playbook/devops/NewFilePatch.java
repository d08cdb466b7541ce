package io.sweaifleet.agent.playbook.devops;

import java.util.Map;

/** A unified diff that creates files, as {@code git apply} takes it. */
final class NewFilePatch {

    private NewFilePatch() {}

    /** @param files text by path; names without characters that git would quote */
    static String of(Map<String, String> files) {
        StringBuilder patch = new StringBuilder();
        files.forEach((path, content) -> {
            String[] lines = content.split("\n", -1);
            boolean closed = content.endsWith("\n");
            int count = closed ? lines.length - 1 : lines.length;
            patch.append("diff --git a/")
                    .append(path)
                    .append(" b/")
                    .append(path)
                    .append('\n');
            patch.append("new file mode 100644\n--- /dev/null\n+++ b/")
                    .append(path)
                    .append('\n');
            patch.append("@@ -0,0 +1").append(count == 1 ? "" : "," + count).append(" @@\n");
            for (int i = 0; i < count; i++) {
                patch.append('+').append(lines[i]).append('\n');
            }
            if (!closed) {
                patch.append("\\ No newline at end of file\n");
            }
        });
        return patch.toString();
    }
}
