package io.sweaifleet.agent.policy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values that are known to be secret, in every form in which they are likely to appear: as they are, by line, in Base64 (also
 * within a longer text), in hexadecimal, escaped for a URL or JSON. Thread-safe.
 */
public final class SecretLiterals {

    /** Length of the shortest value that can be told from ordinary text, in characters. */
    public static final int SHORTEST = 8;

    /** Those of this process. */
    static final SecretLiterals KNOWN = new SecretLiterals();

    private final Set<String> values = new TreeSet<>();
    private volatile @Nullable Pattern inText;
    /** The same over the bytes of a text in UTF-8, each as one character. */
    private volatile @Nullable Pattern inBytes;

    SecretLiterals() {}

    /**
     * Adds a value.
     *
     * @throws IllegalArgumentException when it is shorter than {@link #SHORTEST}
     */
    synchronized void add(String value) {
        if (value.length() < SHORTEST) {
            throw new IllegalArgumentException("a secret of fewer than " + SHORTEST + " characters cannot be masked");
        }
        if (!values.add(value)) {
            return;
        }
        Set<String> forms = new LinkedHashSet<>();
        values.forEach(known -> forms.addAll(forms(known)));
        inText = pattern(forms);
        inBytes = pattern(forms.stream()
                .map(form -> new String(form.getBytes(UTF_8), ISO_8859_1))
                .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    boolean isEmpty() {
        return inText == null;
    }

    String mask(String text) {
        Pattern known = inText;
        return known == null ? text : known.matcher(text).replaceAll(Matcher.quoteReplacement(SecretMasker.MASK));
    }

    /** The bytes without the values of this process. */
    public static byte[] mask(byte[] content) {
        Pattern known = KNOWN.inBytes;
        if (known == null) {
            return content;
        }
        Matcher found = known.matcher(new String(content, ISO_8859_1));
        return found.find()
                ? found.replaceAll(Matcher.quoteReplacement(SecretMasker.MASK)).getBytes(ISO_8859_1)
                : content;
    }

    /** Takes the values of this process out of a file. */
    public static void maskFile(Path file) throws IOException {
        if (KNOWN.inBytes != null && Files.size(file) > 0) {
            byte[] content = Files.readAllBytes(file);
            byte[] masked = mask(content);
            if (masked != content) {
                Files.write(file, masked);
            }
        }
    }

    /** Whether one of the values of this process stands in a file. */
    public static boolean isIn(Path file) throws IOException {
        Pattern known = KNOWN.inBytes;
        return known != null
                && known.matcher(new String(Files.readAllBytes(file), ISO_8859_1))
                        .find();
    }

    private static Pattern pattern(Set<String> forms) {
        return Pattern.compile(forms.stream()
                // The longest first: of two forms that begin alike the longer one must go whole.
                .sorted(Comparator.comparing(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
    }

    private static Set<String> forms(String value) {
        Set<String> forms = new LinkedHashSet<>();
        List<String> parts = new ArrayList<>(List.of(value));
        // A key of several lines is seldom shown as one.
        value.lines()
                .map(String::strip)
                .filter(line -> line.length() >= SHORTEST)
                .forEach(parts::add);
        for (String part : parts) {
            forms.add(part);
            String url = URLEncoder.encode(part, UTF_8);
            forms.add(url);
            forms.add(url.replace("+", "%20"));
            forms.add(url.replace("+", "%20").replace("%7E", "~"));
            forms.add(part.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
            byte[] bytes = part.getBytes(UTF_8);
            String hex = HexFormat.of().formatHex(bytes);
            forms.add(hex);
            forms.add(hex.toUpperCase(Locale.ROOT));
            for (int before = 0; before < 3; before++) {
                forms.add(base64(Base64.getEncoder(), bytes, before));
                forms.add(base64(Base64.getUrlEncoder(), bytes, before));
            }
        }
        forms.removeIf(form -> form.length() < SHORTEST);
        return forms;
    }

    /** What is the same in Base64 whatever stands after the value, and before it so many bytes modulo three. */
    private static String base64(Base64.Encoder encoder, byte[] bytes, int before) {
        byte[] shifted = new byte[before + bytes.length];
        System.arraycopy(bytes, 0, shifted, before, bytes.length);
        String text = encoder.withoutPadding().encodeToString(shifted);
        int first = before == 0 ? 0 : before + 1;
        int last = shifted.length % 3 == 0 ? text.length() : text.length() - 1;
        return text.substring(Math.min(first, last), last);
    }
}
