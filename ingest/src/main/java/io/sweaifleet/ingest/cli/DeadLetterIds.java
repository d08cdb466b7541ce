package io.sweaifleet.ingest.cli;

import io.sweaifleet.schemas.common.Origin;
import io.sweaifleet.schemas.core.DeadLetter;
import java.util.Locale;

/** How a dead letter is named: by where the record was first read, {@code topic/partition/offset}. */
final class DeadLetterIds {

    private DeadLetterIds() {}

    /** The letter's name. */
    static String of(DeadLetter letter) {
        Origin origin = letter.getOrigin();
        return origin.getTopic() + "/" + origin.getPartition() + "/" + origin.getOffset();
    }

    /** True when the text names the letter; {@code fleet.} may be left out. */
    static boolean names(String text, DeadLetter letter) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        return of(letter).equals(wanted) || of(letter).equals("fleet." + wanted);
    }
}
