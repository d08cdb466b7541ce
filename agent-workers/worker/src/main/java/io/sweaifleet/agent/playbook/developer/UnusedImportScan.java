package io.sweaifleet.agent.playbook.developer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells by the text alone which imports of a Java file look unused. It is a cheap sieve, not the judge: what it finds
 * goes to OpenRewrite, which knows the types; a file without such an import is never read again.
 */
final class UnusedImportScan {

    private static final Pattern IMPORT =
            Pattern.compile("(?m)^[ \\t]*import\\s+(?:static\\s+)?([\\w.$]+)\\.([\\w$]+)\\s*;");
    private static final Pattern WORD = Pattern.compile("[\\p{Alpha}_$][\\w$]*");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^[ \\t]*package\\s[^;]*;");
    private static final Pattern ANY_IMPORT = Pattern.compile("(?m)^[ \\t]*import\\s[^;]*;");

    /** A source within a source, as tests of such programs as this have it. */
    private static final Pattern TEXT_BLOCK = Pattern.compile("(?s)\"\"\"[ \\t]*\\R.*?(?<!\\\\)\"\"\"");

    private UnusedImportScan() {}

    /** Simple names that are imported and occur nowhere else, not even in a comment or a string. */
    static List<String> candidates(String java) {
        List<String> imported = new ArrayList<>();
        Matcher m = IMPORT.matcher(TEXT_BLOCK.matcher(java).replaceAll(""));
        while (m.find()) {
            imported.add(m.group(2));
        }
        if (imported.isEmpty()) {
            return imported;
        }
        String rest = ANY_IMPORT.matcher(PACKAGE.matcher(java).replaceAll("")).replaceAll("");
        Set<String> used = new HashSet<>();
        Matcher word = WORD.matcher(rest);
        while (word.find()) {
            used.add(word.group());
        }
        return imported.stream().filter(name -> !used.contains(name)).toList();
    }

    /** Whether the only difference is that lines with imports, and blank lines, are gone. */
    static boolean onlyRemovesImports(String before, String after) {
        List<String> kept = significant(after);
        int at = 0;
        for (String line : significant(before)) {
            if (at < kept.size() && kept.get(at).equals(line)) {
                at++;
            } else if (!line.startsWith("import ")) {
                return false;
            }
        }
        return at == kept.size();
    }

    private static List<String> significant(String text) {
        return text.lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
