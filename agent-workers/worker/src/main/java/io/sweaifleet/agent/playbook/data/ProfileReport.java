package io.sweaifleet.agent.playbook.data;

import static io.sweaifleet.agent.playbook.support.Words.counted;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.support.Markdown;
import io.sweaifleet.agent.playbook.support.Report;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns profiles into findings, facts, the data-profile artifact and the reports. */
final class ProfileReport {

    /** Facts stated at most; files come by path. */
    static final int FACTS = 5_000;

    private static final int SHOWN_TABLES = 100;
    private static final int SHOWN_COLUMNS = 60;
    private static final int NAMED_COLUMNS = 100;
    private static final Pattern FLOAT = Pattern.compile("(?i)(float|real|double).*");
    private static final Set<String> MONEY =
            Set.of("price", "amount", "cost", "balance", "salary", "fee", "revenue", "payment");

    private final PlaybookContext context;
    private final Report report;
    private final List<FileProfile> profiles;
    private final Set<String> keysElsewhere;
    private int facts;

    ProfileReport(PlaybookContext context, Report report, List<FileProfile> profiles, Set<String> keysElsewhere) {
        this.context = context;
        this.report = report;
        this.profiles = profiles;
        this.keysElsewhere = keysElsewhere;
    }

    PlaybookResult write() {
        int withoutRecords = 0;
        for (FileProfile profile : profiles) {
            problems(profile);
            profile.tables().forEach(table -> tableFindings(profile, table));
            facts(profile);
            if (!profile.partial().isEmpty()) {
                report.skip("part of " + profile.path(), "UNSUPPORTED", profile.partial(), "");
            }
            boolean json = profile.format().equals("json") || profile.format().equals("ndjson");
            withoutRecords +=
                    json && profile.tables().isEmpty() && profile.problems().isEmpty() ? 1 : 0;
        }
        if (withoutRecords > 0) {
            report.skip(
                    "JSON without records",
                    "NOTHING_TO_DO",
                    counted(withoutRecords, "document") + " without an array of objects",
                    "");
        }
        sqlFindings();
        context.artifact("data-profile.json", "other", "application/json", Report.toJson(json()));
        sections();
        long rows = profiles.stream()
                .flatMap(profile -> profile.tables().stream())
                .mapToLong(TableProfile::rows)
                .sum();
        long tables =
                profiles.stream().mapToLong(profile -> profile.tables().size()).sum();
        long sqlTables = profiles.stream()
                .mapToLong(profile -> profile.sqlTables().size())
                .sum();
        String summary = counted(profiles.size(), "file") + ": " + counted(tables, "table") + " of values with "
                + counted(rows, "row") + ", " + counted(sqlTables, "table") + " defined in SQL; "
                + counted(report.findings().size(), "finding");
        report.publish(summary);
        Map<String, String> outputs = new LinkedHashMap<>();
        outputs.put("files", String.valueOf(profiles.size()));
        outputs.put("tables", String.valueOf(tables));
        outputs.put("rows", String.valueOf(rows));
        outputs.put("sqlTables", String.valueOf(sqlTables));
        outputs.put("findings", String.valueOf(report.findings().size()));
        return new PlaybookResult(summary, outputs);
    }

    private void found(DataRule rule, FileProfile profile, long line, String message) {
        @Nullable Integer place = line > 0 && line <= Integer.MAX_VALUE ? Integer.valueOf((int) line) : null;
        report.finding(rule.id(), rule.severity(), profile.path(), place, message);
    }

    private void problems(FileProfile profile) {
        profile.problems().forEach(problem -> found(problem.rule(), profile, problem.line(), problem.message()));
        String encoding = profile.properties().getOrDefault("encoding", "UTF-8");
        if (!encoding.equals("UTF-8")) {
            found(
                    DataRule.ENCODING,
                    profile,
                    0,
                    "It was read as " + encoding + "; programs that expect UTF-8 will not read it right");
        }
    }

    private void tableFindings(FileProfile profile, TableProfile table) {
        String where = table.name().isEmpty() ? "" : " in " + table.name();
        if (table.duplicateRows() > 0) {
            found(
                    DataRule.DUPLICATE_ROWS,
                    profile,
                    0,
                    (table.duplicatesExact() ? "" : "At least ") + table.duplicateRows() + " of " + table.rows()
                            + " rows" + where + " repeat an earlier one");
        }
        for (ColumnProfile column : table.columns()) {
            columnFindings(profile, column, "Column " + column.name() + where);
        }
    }

    private void columnFindings(FileProfile profile, ColumnProfile column, String name) {
        if (!column.personal().isEmpty()) {
            found(DataRule.POSSIBLE_PERSONAL_DATA, profile, 0, name + " may hold " + column.personal());
        }
        if (column.mixed()) {
            ValueType commonest = column.commonest();
            String others = column.types().entrySet().stream()
                    .filter(type -> type.getKey() != commonest)
                    .map(type -> type.getValue() + " " + type.getKey().word())
                    .collect(Collectors.joining(", "));
            long line = column.firstLines().entrySet().stream()
                    .filter(type -> type.getKey() != commonest)
                    .mapToLong(Map.Entry::getValue)
                    .min()
                    .orElse(0);
            found(
                    DataRule.MIXED_TYPES,
                    profile,
                    line,
                    name + " has " + column.types().getOrDefault(commonest, 0L) + " values of type " + commonest.word()
                            + ", and " + others);
        }
        if (column.values() == 0) {
            found(DataRule.EMPTY_COLUMN, profile, 0, name + " has no value");
        }
        if (column.nullMarkers() > 0 && column.nulls() > column.nullMarkers()) {
            found(
                    DataRule.NULL_MARKERS,
                    profile,
                    0,
                    name + " says " + column.nullMarkers() + " times by a word that a value is missing, and "
                            + (column.nulls() - column.nullMarkers()) + " times by nothing");
        }
        if (column.padded() > 0) {
            found(
                    DataRule.PADDED_VALUES,
                    profile,
                    0,
                    name + " has " + column.padded() + " values with blanks around them");
        }
        if (column.oddDates() > 0) {
            found(
                    DataRule.DATE_OUT_OF_RANGE,
                    profile,
                    column.oddDateLine(),
                    name + " has " + column.oddDates() + " dates before " + Column.EARLIEST_YEAR + " or after "
                            + Column.LATEST_YEAR);
        }
        if (column.impossibleDates() > 0) {
            found(
                    DataRule.IMPOSSIBLE_DATE,
                    profile,
                    column.impossibleDateLine(),
                    name + " has " + column.impossibleDates() + " values in the form of a date that does not exist");
        }
    }

    private void sqlFindings() {
        Set<String> defined = new HashSet<>();
        Set<String> keyed = new HashSet<>(keysElsewhere);
        for (FileProfile profile : profiles) {
            for (SqlTable table : profile.sqlTables()) {
                defined.add(SqlTable.key(table.name()));
                if (!table.primaryKey().isEmpty()) {
                    keyed.add(SqlTable.key(table.name()));
                }
            }
        }
        for (FileProfile profile : profiles) {
            for (SqlTable table : profile.sqlTables()) {
                if (!table.fromQuery() && !keyed.contains(SqlTable.key(table.name()))) {
                    found(
                            DataRule.TABLE_WITHOUT_PRIMARY_KEY,
                            profile,
                            table.line(),
                            "Table " + table.name() + " has no primary key");
                }
                for (SqlTable.Reference reference : table.references()) {
                    if (!reference.table().isEmpty() && !defined.contains(SqlTable.key(reference.table()))) {
                        found(
                                DataRule.FOREIGN_KEY_WITHOUT_TABLE,
                                profile,
                                reference.line(),
                                "Table " + table.name() + " refers to " + reference.table()
                                        + ", which no SQL file here defines");
                    }
                }
                sqlColumns(profile, table);
            }
        }
    }

    private void sqlColumns(FileProfile profile, SqlTable table) {
        Set<String> names = new HashSet<>();
        for (SqlTable.Column column : table.columns()) {
            String lower = column.name().toLowerCase(Locale.ROOT);
            String place = "Column " + table.name() + "." + column.name();
            if (!names.add(lower)) {
                found(DataRule.DUPLICATE_COLUMN, profile, table.line(), place + " is defined twice");
            }
            PersonalData.byName(column.name())
                    .ifPresent(meaning -> found(
                            DataRule.POSSIBLE_PERSONAL_DATA,
                            profile,
                            table.line(),
                            place + " may hold " + meaning + ", by the column's name"));
            boolean money = MONEY.stream()
                    .anyMatch(word -> lower.equals(word) || lower.endsWith("_" + word) || lower.startsWith(word + "_"));
            if (money && FLOAT.matcher(column.type()).matches()) {
                found(
                        DataRule.MONEY_AS_FLOAT,
                        profile,
                        table.line(),
                        place + " has type " + column.type() + "; use a decimal one");
            }
        }
    }

    private void fact(String path, String predicate, String value, Map<String, String> properties) {
        if (facts < FACTS) {
            facts++;
            context.fact("File", path, predicate, null, null, value, properties);
        }
    }

    private void facts(FileProfile profile) {
        for (TableProfile table : profile.tables()) {
            fact(
                    profile.path(),
                    "HAS_ROWS",
                    String.valueOf(table.rows()),
                    Map.of(
                            "table",
                            table.name(),
                            "format",
                            profile.format(),
                            "complete",
                            String.valueOf(profile.partial().isEmpty())));
            fact(
                    profile.path(),
                    "HAS_COLUMNS",
                    table.columns().stream()
                            .limit(NAMED_COLUMNS)
                            .map(ColumnProfile::name)
                            .collect(Collectors.joining(", ")),
                    Map.of(
                            "table", table.name(),
                            "count", String.valueOf(table.columns().size()),
                            "keys",
                                    table.columns().stream()
                                            .filter(column -> column.key() == ColumnProfile.Key.YES)
                                            .map(ColumnProfile::name)
                                            .limit(NAMED_COLUMNS)
                                            .collect(Collectors.joining(", "))));
        }
        for (SqlTable table : profile.sqlTables()) {
            fact(
                    profile.path(),
                    "HAS_TABLE",
                    table.name(),
                    Map.of(
                            "columns",
                                    table.columns().stream()
                                            .limit(NAMED_COLUMNS)
                                            .map(SqlTable.Column::name)
                                            .collect(Collectors.joining(", ")),
                            "primaryKey", String.join(", ", table.primaryKey()),
                            "line", String.valueOf(table.line())));
        }
    }

    private ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode files = root.putArray("files");
        for (FileProfile profile : profiles) {
            ObjectNode file = files.addObject();
            file.put("path", profile.path()).put("format", profile.format()).put("bytes", profile.bytes());
            file.put("complete", profile.partial().isEmpty());
            profile.properties().forEach(file::put);
            ArrayNode tables = file.putArray("tables");
            profile.tables().forEach(table -> table(tables.addObject(), table));
            ArrayNode defined = file.putArray("sqlTables");
            profile.sqlTables().forEach(table -> sqlTable(defined.addObject(), table));
        }
        return root;
    }

    private static void table(ObjectNode node, TableProfile table) {
        node.put("name", table.name()).put("rows", table.rows());
        node.put("duplicateRows", table.duplicateRows()).put("duplicateRowsExact", table.duplicatesExact());
        node.put("moreColumns", table.moreColumns());
        ArrayNode columns = node.putArray("columns");
        for (ColumnProfile column : table.columns()) {
            ObjectNode one = columns.addObject();
            one.put("name", column.name()).put("type", column.type().word());
            ObjectNode types = one.putObject("types");
            column.types().forEach((type, count) -> types.put(type.word(), count));
            one.put("values", column.values()).put("nulls", column.nulls());
            one.put("nullShare", table.rows() == 0 ? 0 : Math.round(1000.0 * column.nulls() / table.rows()) / 1000.0);
            one.put("distinct", column.distinct()).put("distinctExact", column.distinctExact());
            one.put("key", column.key().name().toLowerCase(Locale.ROOT));
            one.put("min", column.min()).put("max", column.max());
            one.put("shortest", column.shortest()).put("longest", column.longest());
            one.put("possiblePersonalData", column.personal());
        }
    }

    private static void sqlTable(ObjectNode node, SqlTable table) {
        node.put("name", table.name()).put("line", table.line()).put("fromQuery", table.fromQuery());
        ArrayNode columns = node.putArray("columns");
        table.columns().forEach(column -> columns.addObject()
                .put("name", column.name())
                .put("type", column.type())
                .put("nullable", column.nullable()));
        ArrayNode key = node.putArray("primaryKey");
        table.primaryKey().forEach(key::add);
        ArrayNode unique = node.putArray("uniqueKeys");
        table.uniqueKeys().forEach(names -> {
            ArrayNode one = unique.addArray();
            names.forEach(one::add);
        });
        ArrayNode references = node.putArray("references");
        table.references().forEach(reference -> references.add(reference.table()));
    }

    private void sections() {
        Markdown page = report.sections();
        int shown = 0;
        int all = 0;
        for (FileProfile profile : profiles) {
            for (TableProfile table : profile.tables()) {
                all++;
                if (shown < SHOWN_TABLES) {
                    shown++;
                    tableSection(page, profile, table);
                }
            }
            if (!profile.sqlTables().isEmpty() || profile.format().equals("sql")) {
                all++;
                if (shown < SHOWN_TABLES) {
                    shown++;
                    sqlSection(page, profile);
                }
            }
        }
        if (all > shown) {
            page.paragraph("The first " + shown + " of " + all + " tables; data-profile.json has all.");
        }
    }

    private static void tableSection(Markdown page, FileProfile profile, TableProfile table) {
        page.heading(2, profile.path() + (table.name().isEmpty() ? "" : " " + table.name()));
        String written = profile.properties().entrySet().stream()
                .map(property -> property.getKey() + " " + property.getValue())
                .collect(Collectors.joining(", "));
        page.paragraph(table.rows() + " rows, " + table.columns().size() + (table.moreColumns() ? " and more" : "")
                + " columns; " + written
                + (profile.partial().isEmpty() ? "." : "; not complete: " + profile.partial() + "."));
        List<List<String>> rows = new ArrayList<>();
        for (ColumnProfile column :
                table.columns().stream().limit(SHOWN_COLUMNS).toList()) {
            rows.add(List.of(
                    column.name(),
                    column.type().word() + (column.mixed() ? " (mixed)" : ""),
                    percent(column.nulls(), table.rows()),
                    (column.distinctExact() ? "" : "at least ") + column.distinct(),
                    column.min().isEmpty() ? "" : column.min() + " to " + column.max(),
                    column.shortest() == column.longest()
                            ? String.valueOf(column.longest())
                            : column.shortest() + " to " + column.longest(),
                    switch (column.key()) {
                        case YES -> "yes";
                        case PERHAPS -> "perhaps";
                        case NO -> "";
                    }));
        }
        page.table(List.of("Column", "Type", "Missing", "Distinct", "Range", "Length", "Key"), rows);
        if (table.columns().size() > SHOWN_COLUMNS) {
            page.paragraph("The first " + SHOWN_COLUMNS + " columns; data-profile.json has all.");
        }
    }

    private static void sqlSection(Markdown page, FileProfile profile) {
        page.heading(2, profile.path());
        page.paragraph(profile.properties().entrySet().stream()
                .filter(property -> property.getKey().startsWith("statements.")
                        || property.getKey().startsWith("rows."))
                .limit(SHOWN_COLUMNS)
                .map(property -> property.getKey().replace("statements.", "").replace("rows.", "rows of ") + ": "
                        + property.getValue())
                .collect(Collectors.joining(", ")));
        page.table(
                List.of("Table", "Columns", "Primary key", "Refers to"),
                profile.sqlTables().stream()
                        .limit(SHOWN_TABLES)
                        .map(table -> List.of(
                                table.name(),
                                table.fromQuery()
                                        ? "from a query"
                                        : String.valueOf(table.columns().size()),
                                String.join(", ", table.primaryKey()),
                                table.references().stream()
                                        .map(SqlTable.Reference::table)
                                        .distinct()
                                        .collect(Collectors.joining(", "))))
                        .toList());
    }

    private static String percent(long part, long all) {
        return all == 0 ? "" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / all);
    }
}
