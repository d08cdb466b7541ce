package io.sweaifleet.schemas.text;

/** A text as it fits into a message. */
public final class Shortened {

    private Shortened() {}

    /** The text, or its beginning and three dots: no longer than this many characters, at least 3. */
    public static String to(int limit, String text) {
        return text.length() <= limit ? text : text.substring(0, limit - 3) + "...";
    }
}
