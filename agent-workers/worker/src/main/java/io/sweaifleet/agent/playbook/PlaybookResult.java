package io.sweaifleet.agent.playbook;

import java.util.Map;

/**
 * What a playbook says at its end.
 *
 * @param summary one line for people
 * @param outputs named values for dependents and consumers, at most 16 KB in all
 */
public record PlaybookResult(String summary, Map<String, String> outputs) {
    public PlaybookResult {
        outputs = Map.copyOf(outputs);
    }
}
