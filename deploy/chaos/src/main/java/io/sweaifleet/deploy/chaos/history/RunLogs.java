package io.sweaifleet.deploy.chaos.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the agents' own logs. */
final class RunLogs {

    private static final int COLUMNS = 9;

    /** When processes were killed, by their ids. */
    private final Map<Long, Long> deaths = new HashMap<>();

    RunLogs(List<Fault> faults) {
        // A stopped process goes on; of the others, whatever still ran then ended with them.
        faults.stream()
                .filter(fault -> !fault.kind().equals("STOP"))
                .forEach(fault -> deaths.merge(fault.pid(), fault.at(), Math::min));
    }

    /** Every run, in the order of their starts. */
    List<AgentRun> read(Path directory) {
        List<AgentRun> runs = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return runs;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                runs.addAll(readFile(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the logs of runs in " + directory + " cannot be read", e);
        }
        runs.sort(Comparator.comparingLong(AgentRun::startedAt).thenComparing(AgentRun::lease));
        return runs;
    }

    private List<AgentRun> readFile(Path file) throws IOException {
        List<AgentRun> ended = new ArrayList<>();
        // More than one start of a lease must not hide behind the first, so runs are not held by lease alone.
        Map<String, List<String[]>> open = new LinkedHashMap<>();
        Map<String, List<Long>> tokens = new HashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            String[] columns = line.split("\t", -1);
            if (columns.length != COLUMNS) {
                throw new IOException(
                        file + " has a line of " + columns.length + " columns and not " + COLUMNS + ": " + line);
            }
            if (columns[1].equals("start")) {
                open.computeIfAbsent(columns[5], none -> new ArrayList<>()).add(columns);
            } else if (columns[1].equals("used")) {
                tokens.computeIfAbsent(columns[5], none -> new ArrayList<>()).add(Long.parseLong(columns[8]));
            } else if (columns[1].equals("end")) {
                List<String[]> starts = open.getOrDefault(columns[5], new ArrayList<>());
                if (starts.isEmpty()) {
                    throw new IOException(file + " ends a run that it does not start: " + line);
                }
                ended.add(run(
                        starts.remove(0),
                        Long.parseLong(columns[0]),
                        columns[8],
                        tokens.getOrDefault(columns[5], List.of())));
            }
        }
        open.values()
                .forEach(starts -> starts.forEach(start -> {
                    long startedAt = Long.parseLong(start[0]);
                    ended.add(run(
                            start,
                            Math.max(startedAt, deaths.getOrDefault(Long.parseLong(start[7]), startedAt)),
                            null,
                            tokens.getOrDefault(start[5], List.of())));
                }));
        return ended;
    }

    private static AgentRun run(String[] start, long endedAt, @Nullable String how, List<Long> tokens) {
        return new AgentRun(
                new Ref(start[2], start[3]),
                Integer.parseInt(start[4]),
                start[5],
                start[6],
                Long.parseLong(start[7]),
                Long.parseLong(start[0]),
                endedAt,
                how,
                tokens);
    }
}
