package io.sweaifleet.deploy.chaos.check;

import java.util.List;

/**
 * What came of having core decide everything again.
 *
 * @param events events that came out as recorded
 * @param outcomes outcomes that came out as recorded
 * @param differences what came out otherwise, or why it could not be tried
 */
public record Replayed(long events, long outcomes, List<String> differences) {

    public Replayed {
        differences = List.copyOf(differences);
    }
}
