package io.sweaifleet.ingest.submit;

import java.time.Clock;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Makes ids that tell a person what and when, and differ between runs: {@code checkup-20260131-120000-k3f9}. */
public final class RunIds {

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int RANDOM_LENGTH = 4;
    /** Leaves room for the stamp, the random part and a task's name within the 100 characters of an id. */
    private static final int PREFIX_LIMIT = 40;

    private final Clock clock;
    private final RandomGenerator random;

    /**
     * @param clock gives the time stamp, in its zone
     * @param random gives the last four characters
     */
    public RunIds(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** By the system's clock in its zone. */
    public static RunIds system() {
        return new RunIds(Clock.system(ZoneId.systemDefault()), new java.security.SecureRandom());
    }

    /** A new id that begins with the name, as far as its characters may stand in an id. */
    public String next(String name) {
        StringBuilder id = new StringBuilder(slug(name, PREFIX_LIMIT))
                .append('-')
                .append(STAMP.format(clock.instant().atZone(clock.getZone())))
                .append('-');
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    /** The name in lower case with everything else than letters and digits as single dashes; "run" when nothing is left. */
    public static String slug(String name, int limit) {
        String slug = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        slug = slug.replaceAll("^-+", "");
        slug = slug.substring(0, Math.min(limit, slug.length())).replaceAll("-+$", "");
        return slug.isEmpty() ? "run" : slug;
    }
}
