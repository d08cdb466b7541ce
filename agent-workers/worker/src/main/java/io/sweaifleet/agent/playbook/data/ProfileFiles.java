package io.sweaifleet.agent.playbook.data;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookContext;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.playbook.support.Denials;
import io.sweaifleet.agent.playbook.support.Inputs;
import io.sweaifleet.agent.playbook.support.Pace;
import io.sweaifleet.agent.playbook.support.Report;
import io.sweaifleet.agent.playbook.support.Texts;
import io.sweaifleet.agent.playbook.support.WorkFiles;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Profiles the CSV, JSON and SQL files of a repository: types, missing values, ranges, keys, and what looks wrong or personal. Inputs:
 * {@code formats} (csv, json and sql by default), {@code maxFiles} (1,000 by default) and {@code maxFileMiB} (64 by default; each file
 * is held in memory while it is read).
 */
public final class ProfileFiles implements Playbook {

    private static final List<String> FORMATS = List.of("csv", "json", "sql");
    private static final int DEFAULT_FILES = 1_000;
    private static final int MOST_FILES = 100_000;
    private static final int DEFAULT_MIB = 64;
    private static final int MOST_MIB = 512;
    private static final int BATCH = 50;
    private static final Set<String> LINES = Set.of("ndjson", "jsonl");
    /** JSON files that configure a tool: they hold settings, not data. */
    private static final Pattern SETTINGS = Pattern.compile(
            "(.*/)?(package|composer|lerna|nx|turbo|angular|project|bower|renovate|vercel|netlify|firebase|manifest|appsettings[^/]*"
                    + "|[tj]sconfig[^/]*|\\.[^/]*|[^/]*\\.config|[^/]*[.-]schema)\\.json|(.*/)?\\.(vscode|idea|devcontainer)/.*");

    private static final Map<String, String> UNSUPPORTED = Map.of(
            "parquet", "Parquet",
            "avro", "Avro",
            "orc", "ORC",
            "xlsx", "Excel",
            "xls", "Excel",
            "sqlite", "SQLite",
            "sqlite3", "SQLite",
            "db", "SQLite",
            "feather", "Feather",
            "h5", "HDF5");

    private final InstantSource clock;

    /** For the service loader. */
    public ProfileFiles() {
        this(InstantSource.system());
    }

    ProfileFiles(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "data.profile-files";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public PlaybookResult run(PlaybookContext context) throws PlaybookFailure, InterruptedException {
        Inputs inputs = new Inputs(context.assignment().getInputs());
        List<String> formats = inputs.words("formats", FORMATS);
        int maxFiles = inputs.integer("maxFiles", DEFAULT_FILES, 1, MOST_FILES);
        long maxBytes = (long) inputs.integer("maxFileMiB", DEFAULT_MIB, 1, MOST_MIB) << 20;
        try {
            return profile(context, formats, maxFiles, maxBytes);
        } catch (ToolDenied e) {
            throw Denials.failure(e);
        }
    }

    private PlaybookResult profile(PlaybookContext context, List<String> formats, int maxFiles, long maxBytes)
            throws PlaybookFailure, ToolDenied, InterruptedException {
        Pace pace = Pace.of(context, clock);
        Report report = new Report(context, this, "Data files");
        context.step("Listing files");
        List<String> wanted = wanted(WorkFiles.regular(context.tools()), formats, report);
        int overLimit = Math.max(0, wanted.size() - maxFiles);
        if (overLimit > 0) {
            report.skip(
                    "files beyond the limit",
                    "UNSUPPORTED",
                    overLimit + " files come after the first " + maxFiles + " by path",
                    "Raise the input maxFiles.");
        }
        Reader reader = new Reader(context, report, pace, maxBytes);
        reader.readAll(wanted.subList(0, wanted.size() - overLimit));
        ProfileReport written = new ProfileReport(context, report, reader.profiles, reader.keysElsewhere);
        PlaybookResult result = written.write();
        if (reader.profiles.isEmpty()) {
            throw PlaybookFailure.skipped(
                    "NOTHING_TO_DO",
                    wanted.isEmpty()
                            ? "The repository has no files of " + String.join(", ", formats)
                            : "None of " + wanted.size() + " data files could be profiled; each is listed as skipped",
                    "Run it on a repository with data files.");
        }
        return result;
    }

    private static List<String> wanted(List<String> all, List<String> formats, Report report) {
        List<String> wanted = new ArrayList<>();
        Map<String, Integer> unsupported = new TreeMap<>();
        int settings = 0;
        int foreign = 0;
        for (String path : all) {
            Optional<String> format = format(path).filter(formats::contains);
            if (format.isEmpty()) {
                String other = UNSUPPORTED.get(Texts.extension(path));
                if (other != null) {
                    unsupported.merge(other, 1, Integer::sum);
                }
            } else if (WorkFiles.isForeign(path)) {
                foreign++;
            } else if (WorkFiles.isLock(path) || SETTINGS.matcher(path).matches()) {
                settings++;
            } else {
                wanted.add(path);
            }
        }
        unsupported.forEach((format, count) ->
                report.skip(format + " files", "UNSUPPORTED", count + " files: this format is not profiled", ""));
        if (settings > 0) {
            report.skip(
                    "settings in JSON",
                    "NOTHING_TO_DO",
                    settings + " files such as package.json configure tools and hold no data",
                    "");
        }
        if (foreign > 0) {
            report.skip(
                    "copies of other projects",
                    "UNSUPPORTED",
                    foreign + " files lie in directories such as node_modules and vendor",
                    "");
        }
        return wanted;
    }

    private static Optional<String> format(String path) {
        return switch (Texts.extension(path)) {
            case "csv", "tsv", "tab", "psv" -> Optional.of("csv");
            case "json", "ndjson", "jsonl", "geojson" -> Optional.of("json");
            case "sql", "ddl" -> Optional.of("sql");
            default -> Optional.empty();
        };
    }

    private static final class Reader implements Toolbox.FileConsumer {
        private final PlaybookContext context;
        private final Report report;
        private final Pace pace;
        private final long maxBytes;
        private final List<FileProfile> profiles = new ArrayList<>();
        private final Set<String> keysElsewhere = new HashSet<>();
        private int outOfTime;

        Reader(PlaybookContext context, Report report, Pace pace, long maxBytes) {
            this.context = context;
            this.report = report;
            this.pace = pace;
            this.maxBytes = maxBytes;
        }

        void readAll(List<String> paths) throws ToolDenied, InterruptedException {
            for (int from = 0; from < paths.size(); from += BATCH) {
                context.step("Profiling files: " + from + " of " + paths.size());
                context.tools().readAll(paths.subList(from, Math.min(paths.size(), from + BATCH)), maxBytes, this);
            }
            if (outOfTime > 0) {
                report.skip(
                        "files not read in time",
                        "DEADLINE",
                        outOfTime + " files were not read, since the deadline came near",
                        "Give the task a longer timeout, or fewer formats.");
            }
        }

        @Override
        public void accept(String path, byte[] content) {
            if (!pace.mayGoOn()) {
                outOfTime++;
                return;
            }
            Optional<TextEncoding> encoding = TextEncoding.of(content);
            if (encoding.isEmpty()) {
                report.skip(path, "UNSUPPORTED", "The file is binary in spite of its name", "");
            } else if (content.length == 0) {
                report.skip(path, "NOTHING_TO_DO", "The file is empty", "");
            } else {
                profiles.add(profile(path, content, encoding.get()));
            }
        }

        private FileProfile profile(String path, byte[] content, TextEncoding encoding) {
            String extension = Texts.extension(path);
            return switch (format(path).orElseThrow()) {
                case "csv" -> CsvProfiler.profile(path, content, encoding, pace);
                case "json" ->
                    LINES.contains(extension)
                            ? JsonProfiler.lines(path, content, encoding, pace)
                            : JsonProfiler.document(path, content, encoding, pace);
                default -> {
                    SqlProfiler.Result result = SqlProfiler.profile(path, content, encoding, pace);
                    keysElsewhere.addAll(result.keysElsewhere());
                    yield result.profile();
                }
            };
        }

        @Override
        public void tooLarge(String path, long sizeBytes) {
            report.skip(
                    path,
                    "UNSUPPORTED",
                    "The file has " + sizeBytes + " bytes, more than " + maxBytes,
                    "Raise the input maxFileMiB.");
        }

        @Override
        public void denied(String path, String reason) {
            report.skip(path, "POLICY_DENIED", reason, "Allow it in the rules of the role.");
        }
    }
}
