package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.support.Texts;
import java.util.List;
import java.util.Locale;

/** What a model may have meant by a path that is not there. */
final class Similar {

    private static final int MOST = 5;

    private Similar() {}

    /** Files of the same name elsewhere, as the end of a sentence; empty when there are none or the role may not search. */
    static String names(Toolbox tools, String path) {
        if (!tools.offered().contains("search")) {
            return "";
        }
        String name = Texts.name(path).toLowerCase(Locale.ROOT);
        try {
            List<String> same = tools.files().stream()
                    .filter(file -> Texts.name(file).toLowerCase(Locale.ROOT).equals(name))
                    .limit(MOST)
                    .toList();
            return same.isEmpty()
                    ? "; find files with tool search"
                    : "; did you mean " + String.join(" or ", same) + "?";
        } catch (ToolDenied e) {
            return "";
        }
    }
}
