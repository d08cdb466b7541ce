package io.sweaifleet.agent.playbook.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.support.TempRepository;
import io.sweaifleet.schemas.common.Finding;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileFilesTest {

    @TempDir
    Path directory;

    private TempRepository repository;
    private final ProfileFiles playbook = new ProfileFiles();

    @BeforeEach
    void setUp() {
        repository = new TempRepository(directory);
    }

    @Test
    void shouldBeFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(Playbook.class)).anyMatch(found -> found instanceof ProfileFiles);
    }

    @Test
    void shouldProfileSeparatedValues() {
        // Given
        repository.file(
                "people.csv",
                "id;name;mail;born;score;code;empty",
                "1;\"Smith; Ann\";ann@example.org;1980-02-29;1,5;007;",
                "2; Bob ;bob@example.org;1850-01-01;2;008;",
                "3;\"say \"\"hi\"\"\";eve@example.org;2023-02-30;NULL;009;",
                "4;\"two",
                "lines\";x@example.org;1990-12-31;;010;",
                "4;\"two",
                "lines\";x@example.org;1990-12-31;;010;",
                "5;short");

        // When
        repository.run(playbook);

        // Then
        JsonNode file = repository.json("data-profile.json").path("files").get(0);
        assertThat(file.path("delimiter").asText()).isEqualTo("semicolon");
        assertThat(file.path("header").asText()).isEqualTo("true");
        JsonNode table = file.path("tables").get(0);
        assertThat(table.path("rows").asInt()).isEqualTo(6);
        assertThat(table.path("duplicateRows").asInt()).isEqualTo(1);
        assertThat(column(table, "id").toString())
                .contains("\"type\":\"integer\"", "\"distinct\":5", "\"min\":\"1\",\"max\":\"5\"", "\"key\":\"no\"");
        assertThat(column(table, "score").toString())
                .contains("\"type\":\"decimal\"", "\"nulls\":4", "\"min\":\"1.5\"");
        assertThat(column(table, "code").path("type").asText()).isEqualTo("text");
        assertThat(column(table, "mail").path("possiblePersonalData").asText())
                .isEqualTo("e-mail addresses in 5 of 5 values");
        assertThat(repository.findings())
                .extracting(Finding::getRule)
                .containsExactlyInAnyOrder(
                        "data.ragged-rows",
                        "data.duplicate-rows",
                        "data.padded-values",
                        "data.possible-personal-data",
                        "data.date-out-of-range",
                        "data.impossible-date",
                        "data.mixed-types",
                        "data.null-markers",
                        "data.empty-column");
        assertThat(repository.found("data.impossible-date").get(0).getLine()).isEqualTo(4);
        assertThat(repository.found("data.ragged-rows").get(0).getLine()).isEqualTo(9);
        String everything = repository.text("report.json")
                + repository.text("report.md")
                + repository.text("data-profile.json")
                + repository.findings()
                + repository.stated("HAS_COLUMNS");
        assertThat(everything)
                .doesNotContain("example.org")
                .doesNotContain("Ann")
                .doesNotContain("1980-02-29");
        assertThat(repository.stated("HAS_ROWS")).singleElement().satisfies(fact -> assertThat(fact.getValue())
                .isEqualTo("6"));
    }

    @Test
    void shouldGuessHowSeparatedValuesAreWritten() {
        // Given
        repository
                .file("a-plain.csv", "1,2", "3,4", "5,6")
                .file("b.tsv", "x\ty", "1\ta, b")
                .bytes("c-latin.csv", "name,ort\nA,K\u00f6ln\n".getBytes(Charset.forName("windows-1252")))
                .bytes("d-utf16.csv", "\uFEFFa,b\r\n1,2\r\n".getBytes(StandardCharsets.UTF_16LE))
                .bytes("e-bom.csv", "\uFEFFa|b\r1|2\r3|4".getBytes(StandardCharsets.UTF_8))
                .file("f-single.csv", "a,b", "'x,1',2", "'y,2',3", "'z,3',4")
                .file("g-one.csv", "value", "1", "2");

        // When
        repository.run(playbook);

        // Then
        assertThat(StreamSupport.stream(
                                repository
                                        .json("data-profile.json")
                                        .path("files")
                                        .spliterator(),
                                false)
                        .map(file -> String.join(
                                " ",
                                file.path("path").asText(),
                                file.path("encoding").asText(),
                                file.path("delimiter").asText(),
                                file.path("quote").asText(),
                                file.path("header").asText(),
                                file.path("tables").get(0).path("rows").asText(),
                                String.valueOf(file.path("tables")
                                        .get(0)
                                        .path("columns")
                                        .size()))))
                .containsExactly(
                        "a-plain.csv UTF-8 comma double false 3 2",
                        "b.tsv UTF-8 tab double true 1 2",
                        "c-latin.csv windows-1252 comma double true 1 2",
                        "d-utf16.csv UTF-16LE comma double true 1 2",
                        "e-bom.csv UTF-8 bar double true 2 2",
                        "f-single.csv UTF-8 comma single true 3 2",
                        "g-one.csv UTF-8 comma double true 2 1");
        assertThat(repository.found("data.encoding")).hasSize(2);
    }

    @Test
    void shouldStopAtAQuoteThatNeverCloses() {
        // Given
        repository.file("a.csv", "id,text", "1,fine", "2,\"open", "3,lost".repeat(100_000));

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.found("data.unbalanced-quote"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.getLine()).isEqualTo(3));
        assertThat(repository
                        .json("data-profile.json")
                        .path("files")
                        .get(0)
                        .path("tables")
                        .get(0)
                        .path("rows")
                        .asInt())
                .isEqualTo(1);
        assertThat(repository.skips()).contains("part of a.csv");
    }

    @Test
    void shouldProfileNestedRecords() {
        // Given
        repository
                .file(
                        "a.json",
                        "{\"meta\": {\"n\": 2}, \"items\": [",
                        "{\"id\": 1, \"at\": \"2024-01-01\", \"tags\": [\"x\", \"y\"], \"who\": {\"name\": null}},",
                        "{\"id\": 2, \"at\": \"soon\", \"more\": [{\"v\": 1.5}, {\"v\": 2}]}",
                        "]}")
                .file("b.ndjson", "{\"id\": \"1\"}", "{broken", "", "{\"id\": \"2\"}")
                .file("c.json", "{\"id\": 1}", "{\"id\": 2}")
                .file("d.json", "{\"only\": \"settings\"}")
                .file("e.json", "[1, 2, [3]]")
                .file("package.json", "{\"x\": [{\"a\": 1}]}");

        // When
        repository.run(playbook);

        // Then
        JsonNode files = repository.json("data-profile.json").path("files");
        assertThat(files.findValuesAsText("path")).containsExactly("a.json", "b.ndjson", "c.json", "d.json", "e.json");
        JsonNode items = files.get(0).path("tables").get(0);
        assertThat(items.path("name").asText()).isEqualTo("$.items[]");
        assertThat(items.path("columns").findValuesAsText("name"))
                .containsExactly("id", "at", "tags[]", "who.name", "more[].v");
        assertThat(column(items, "id").path("key").asText()).isEqualTo("yes");
        assertThat(column(items, "tags[]").toString()).contains("\"values\":2,\"nulls\":1");
        assertThat(column(items, "more[].v").path("type").asText()).isEqualTo("decimal");
        assertThat(column(items, "who.name").path("values").asInt()).isZero();
        assertThat(column(files.get(1).path("tables").get(0), "id").toString())
                .contains("\"type\":\"text\"", "\"values\":2");
        assertThat(files.get(2).path("format").asText()).isEqualTo("ndjson");
        assertThat(files.get(2).path("tables").get(0).path("rows").asInt()).isEqualTo(2);
        assertThat(repository.found("data.invalid-json")).singleElement().satisfies(finding -> {
            assertThat(finding.getPath()).isEqualTo("b.ndjson");
            assertThat(finding.getLine()).isEqualTo(2);
        });
        assertThat(repository.skips()).contains("JSON without records", "settings in JSON");
    }

    @Test
    void shouldJudgeTablesOverAllSqlFiles() {
        // Given
        repository
                .file("1.sql", "CREATE TABLE a (id int, price float, email text);", "CREATE TABLE b (id int, id int);")
                .file(
                        "2.sql",
                        "ALTER TABLE a ADD PRIMARY KEY (id);",
                        "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES b(id);")
                .file("3.sql", "CREATE TABLE c (id int PRIMARY KEY REFERENCES gone(id));");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.findings().stream().map(finding -> finding.getRule() + " " + finding.getPath()))
                .containsExactlyInAnyOrder(
                        "data.money-as-float 1.sql",
                        "data.possible-personal-data 1.sql",
                        "data.table-without-primary-key 1.sql",
                        "data.duplicate-column 1.sql",
                        "data.foreign-key-without-table 3.sql");
        assertThat(repository.stated("HAS_TABLE")).hasSize(3);
    }

    @Test
    void shouldSurviveFilesThatAreMeantToHurt() {
        // Given
        repository
                .bytes("deep.json", ("[".repeat(50_000) + "]".repeat(50_000)).getBytes(StandardCharsets.UTF_8))
                .bytes("binary.csv", new byte[] {1, 0, 2, 3})
                .bytes("empty.csv", new byte[0])
                .bytes("blank.csv", "\n\n\r\n".getBytes(StandardCharsets.UTF_8))
                .bytes("bad-utf8.json", new byte[] {'[', '{', '"', 'a', '"', ':', '"', (byte) 0xC3, '"', '}', ']'})
                .bytes(
                        "wide.csv",
                        ("a,".repeat(20_000) + "a\n" + "1,".repeat(20_000) + "1\n").getBytes(StandardCharsets.UTF_8))
                .bytes("big.csv", new byte[(1 << 20) + 1])
                .link("loop.csv", "loop.csv")
                .link("out.csv", "/etc/hostname")
                .file("x.parquet", "PAR1")
                .input("maxFileMiB", "1");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.SUCCEEDED);
        assertThat(repository.skips())
                .contains("binary.csv", "empty.csv", "big.csv", "Parquet files", "part of deep.json")
                .doesNotContain("loop.csv", "out.csv");
        assertThat(repository.found("data.invalid-json"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.getPath()).isEqualTo("deep.json"));
    }

    @Test
    void shouldProfileAFileOfFiftyMegabytesInBoundedMemory() {
        // Given
        StringBuilder text = new StringBuilder("id,uuid,constant,number\n");
        long row = 0;
        while (text.length() < 50_000_000) {
            text.append(row)
                    .append(",k-")
                    .append(row * 7_919)
                    .append(",same,")
                    .append(row % 1_000)
                    .append('\n');
            row++;
        }
        byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);

        // When
        FileProfile profile =
                CsvProfiler.profile("big.csv", content, new TextEncoding(StandardCharsets.UTF_8, 0), () -> true);

        // Then
        TableProfile table = profile.tables().get(0);
        assertThat(table.rows()).isEqualTo(row);
        ColumnProfile id = table.columns().get(0);
        assertThat(id.key()).isEqualTo(ColumnProfile.Key.PERHAPS);
        assertThat(id.distinctExact()).isFalse();
        assertThat(table.columns().get(3).distinct()).isEqualTo(1_000);
        assertThat(table.columns().get(3).distinctExact()).isTrue();
        assertThat(table.duplicatesExact()).isFalse();
    }

    @Test
    void shouldStopWhenTheDeadlineComesNear() {
        // Given
        repository.file("a.csv", "a,b", "1,2");
        Instant late = Instant.now().plus(Duration.ofDays(1));

        // When
        repository.run(new ProfileFiles(() -> late));

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(repository.skips()).contains("files not read in time");
    }

    @Test
    void shouldSkipARepositoryWithoutData() {
        // Given
        repository.file("a.txt", "x");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(repository.failure().getCode()).isEqualTo("NOTHING_TO_DO");
        assertThat(repository.hasArtifact("report.json")).isTrue();
    }

    private static JsonNode column(JsonNode table, String name) {
        return StreamSupport.stream(table.path("columns").spliterator(), false)
                .filter(column -> column.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
