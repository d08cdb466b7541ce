package io.sweaifleet.deploy.node;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What to do about a line in a part's log.
 *
 * @param sign found in a line that tells the reason
 * @param remedy what the operator can do
 */
record Hint(Pattern sign, String remedy) {
    private static final List<Hint> EVERY_PART = List.of(
            hint(
                    "Address already in use|BindException|Failed to bind|port \\d+ .*in use",
                    "another program took the port; start the node again, or give a port by fleet.node.port.PART"),
            hint(
                    "No space left on device|Disk quota exceeded|DiskFull|not enough space",
                    "the disk is full: free some space, or give another --data-dir"),
            hint(
                    "OutOfMemoryError|Cannot allocate memory|insufficient memory|failed to reserve memory",
                    "memory is short: end other programs, or set the part's heap by fleet.node.heap.PART"),
            hint("Permission denied|AccessDenied", "give this user the right to write the data directory"),
            hint(
                    "Too many open files",
                    "too many open files are used: raise the limit (ulimit -n 65536) and start again"),
            hint(
                    "UnsupportedClassVersionError",
                    "the build is for another Java: set JAVA_HOME to a JDK 17 or newer and build again"));

    static Hint hint(String sign, String remedy) {
        return new Hint(Pattern.compile(sign), remedy);
    }

    /** The remedy for the last line that bears a sign; a part's own hints come before those for every part. */
    static Optional<String> find(List<Hint> own, List<String> log, String part) {
        for (List<Hint> hints : List.of(own, EVERY_PART)) {
            for (int i = log.size() - 1; i >= 0; i--) {
                for (Hint hint : hints) {
                    if (hint.sign().matcher(log.get(i)).find()) {
                        return Optional.of(hint.remedy().replace("PART", part));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
