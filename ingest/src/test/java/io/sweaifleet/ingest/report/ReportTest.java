package io.sweaifleet.ingest.report;

import static io.sweaifleet.ingest.testing.Records.START;
import static io.sweaifleet.ingest.testing.Records.failure;
import static io.sweaifleet.ingest.testing.Records.finding;
import static io.sweaifleet.ingest.testing.Records.outcome;
import static io.sweaifleet.ingest.testing.Records.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.schemas.common.ArtifactRef;
import io.sweaifleet.schemas.common.Finding;
import io.sweaifleet.schemas.common.Severity;
import io.sweaifleet.schemas.common.SkippedStep;
import io.sweaifleet.schemas.task.TaskOutcome;
import io.sweaifleet.schemas.task.TaskStatus;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

class ReportTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 30, 200, 350})
    void shouldDrawAPageThatIsWellFormedAndNeedsNothingElse(int modules) throws Exception {
        // When
        String html = HtmlReport.render(report(modules));
        Document page = parse(html);

        // Then
        assertThat(page.getElementsByTagName("svg").getLength()).isEqualTo(1);
        assertThat(html).doesNotContain("http://www.w3.org/1999").contains("prefers-color-scheme: dark");
        assertThat(html.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContainPattern("(src|href)=\"https?://")
                .doesNotContainPattern("url\\((?!#)")
                .doesNotContain("@import");
        assertThat(nodes(html)).isEqualTo(Math.min(200, modules));
        // Every drawn edge points at a drawn arrow head.
        assertThat(html).contains("id=\"arrow-plain\"", "id=\"arrow-cycle\"");
    }

    @Test
    void shouldPutWhatWasNotDoneFirstAndEscapeEverything() throws Exception {
        // When
        RunReport report = report(5);
        String html = HtmlReport.render(report);
        String markdown = MarkdownReport.render(report);

        // Then
        parse(html);
        assertThat(html.indexOf("Not done")).isBetween(0, html.indexOf(">Tasks<"));
        assertThat(html)
                .contains("npm is not installed", "&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert");
        assertThat(html).contains("git merge fleet/default/w-developer");
        assertThat(markdown.indexOf("## Not done")).isBetween(0, markdown.indexOf("## Tasks"));
        assertThat(markdown)
                .contains("# check\\-up".replace("\\-", "-") + ": project")
                .contains("take it over with `git merge fleet/default/w-developer`")
                .contains("\\<script\\>")
                .contains("| succeeded | qa | qa.run-tests | 1 | 3.9 s | 3 |");
    }

    @Test
    void shouldMarkModulesAndImportsOfACycle() {
        // Given
        DependencyMap map = new DependencyMap(
                List.of(module("a.x"), module("a.y"), module("a.z"), module("a.lonely")),
                List.of(
                        new DependencyMap.Import("a.x", "a.y", 3),
                        new DependencyMap.Import("a.y", "a.x", 1),
                        new DependencyMap.Import("a.x", "a.z", 2)),
                List.of(List.of("a.x", "a.y")),
                List.of(),
                List.of());

        // When
        String svg = DependencyMapSvg.draw(map);

        // Then
        assertThat(svg.split("class=\"edge cycle\"", -1)).hasSize(3);
        assertThat(svg.split("class=\"node cycle\"", -1)).hasSize(3);
        assertThat(svg)
                .contains("a.x imports a.y (3; part of a cycle)", "a.x imports a.z (2)", "no imports between these");
        assertThat(svg).contains(">x</text>").doesNotContain(">a.x</text>");
    }

    @Test
    void shouldPutImportersAboveWhatTheyImport() {
        // Given
        ModuleGraph graph = ModuleGraph.of(
                new DependencyMap(
                        List.of(module("app"), module("core"), module("util")),
                        List.of(
                                new DependencyMap.Import("app", "core", 1),
                                new DependencyMap.Import("app", "util", 1),
                                new DependencyMap.Import("core", "util", 1)),
                        List.of(),
                        List.of(),
                        List.of()),
                10);

        // When / Then
        assertThat(graph.layers()).containsExactly(0, 1, 2);
        assertThat(graph.inCycle(0)).isFalse();
    }

    @Test
    void shouldReadTheMapAndAllFindingsFromArtifactsAndSayWhatItCouldNotRead() throws Exception {
        // Given
        byte[] map =
                "{\"modules\":[{\"id\":\"a\",\"language\":\"java\",\"path\":\"a\",\"files\":1,\"lines\":2}],\"imports\":[{\"from\":\"a\",\"to\":\"gone\",\"count\":1}],\"cycles\":[],\"hotFiles\":[],\"coChange\":[]}"
                        .getBytes(StandardCharsets.UTF_8);
        byte[] all =
                "{\"findings\":[{\"rule\":\"r\",\"severity\":\"error\",\"path\":\"p\",\"line\":3,\"message\":\"one\"},{\"rule\":\"r\",\"severity\":\"INFO\",\"message\":\"two\"}]}"
                        .getBytes(StandardCharsets.UTF_8);
        TaskOutcome architect = outcome("w", "w-a", "architect", "architect.map-dependencies", TaskStatus.SUCCEEDED)
                .setResult(result("1 module", List.of(finding("r", Severity.ERROR, "p", "one")))
                        .setFindingsTotal(2)
                        .setArtifacts(List.of(
                                artifact("dependency-map.json", "dependency-map", map),
                                artifact("report.json", "report", all)))
                        .build())
                .build();
        ArtifactRef broken = ArtifactRef.newBuilder(artifact("report.json", "report", all))
                .setSha256("0".repeat(64))
                .build();
        TaskOutcome data = outcome("w", "w-d", "data", "data.profile-files", TaskStatus.SUCCEEDED)
                .setResult(result("files", List.of(finding("d", Severity.INFO, null, "x")))
                        .setFindingsTotal(9)
                        .setArtifacts(List.of(broken))
                        .build())
                .build();

        // When
        RunReport report =
                RunReport.of("w", "check-up", "/home/me/project", START, List.of(architect, data), List.of());

        // Then
        assertThat(report.map()).isNotNull();
        assertThat(report.map().modules()).hasSize(1);
        assertThat(report.map().imports()).isEmpty();
        assertThat(report.findings()).hasSize(3);
        assertThat(report.findingsTotal()).isEqualTo(11);
        assertThat(report.notes()).singleElement().asString().contains("w-d").contains("not what its SHA-256 says");
        assertThat(report.bySeverity()).isEqualTo(Map.of(Severity.ERROR, 1, Severity.INFO, 2));
    }

    /** A report such as a run of the check-up gives; also used to look at the page. */
    static RunReport report(int modules) {
        List<Finding> tests = List.of(
                finding(
                        "qa.test-failed",
                        Severity.ERROR,
                        "src/test/java/OrderTest.java",
                        "OrderTest.shouldShip: expected <script>alert(1)</script> & \"2\""),
                finding("qa.test-slow", Severity.WARNING, "src/test/java/IndexTest.java", "IndexTest took 8.1 s"),
                finding("qa.test-flaky", Severity.WARNING, null, "CacheTest passed only when repeated"));
        List<Finding> files = new ArrayList<>();
        String[] rules = {"devops.unpinned-image", "devops.no-healthcheck", "devops.missing-ci", "devops.root-user"};
        for (int i = 0; i < 14; i++) {
            files.add(finding(
                    rules[i * i % 4],
                    i % 3 == 0 ? Severity.WARNING : Severity.INFO,
                    "deploy/Dockerfile" + i,
                    "image debian:latest is not pinned"));
        }
        List<TaskOutcome> tasks = List.of(
                outcome("w", "w-qa", "qa", "qa.run-tests", TaskStatus.SUCCEEDED)
                        .setResult(result("214 tests in 3 suites: 1 failed, 2 skipped", tests)
                                .setBaseCommit("8f2c1d0a99b1c2d3e4f5")
                                .setSkipped(List.of(new SkippedStep(
                                        "npm tests in web/",
                                        "TOOL_MISSING",
                                        "npm is not installed",
                                        "install npm, or leave web/ out")))
                                .build())
                        .build(),
                outcome("w", "w-devops", "devops", "devops.check-files", TaskStatus.SUCCEEDED)
                        .setFinishedAt(START.plusMillis(2_300))
                        .setResult(result("9 files checked, 14 findings", files).build())
                        .build(),
                outcome("w", "w-data", "data", "data.profile-files", TaskStatus.SKIPPED)
                        .setFinishedAt(START.plusMillis(900))
                        .setFailure(failure("NOTHING_TO_DO", "the repository has no CSV, JSON or SQL files", ""))
                        .build(),
                outcome("w", "w-architect", "architect", "architect.map-dependencies", TaskStatus.SUCCEEDED)
                        .setFinishedAt(START.plusMillis(3_100))
                        .setResult(result(
                                        modules + " modules, 1 cycle",
                                        List.of(finding(
                                                "architect.cycle",
                                                Severity.WARNING,
                                                null,
                                                "core.order and core.ship import each other")))
                                .build())
                        .build(),
                outcome("w", "w-developer", "developer", "developer.remove-unused-imports", TaskStatus.SUCCEEDED)
                        .setStartedAt(START.plusMillis(4_100))
                        .setFinishedAt(START.plusMillis(7_900))
                        .setResult(result("removed 3 unused imports in 2 files; it builds", List.of())
                                .setPatch(
                                        """
                                        diff --git a/src/main/java/Order.java b/src/main/java/Order.java
                                        --- a/src/main/java/Order.java
                                        +++ b/src/main/java/Order.java
                                        @@ -1,5 +1,4 @@
                                         package core;
                                        -import java.util.List;
                                         import java.util.Map;
                                        """)
                                .build())
                        .build());
        RunReport gathered = RunReport.of(
                "w",
                "check-up",
                "/home/me/project",
                START,
                tasks,
                List.of(new BranchReport(
                        "w-developer",
                        "developer",
                        "fleet/default/w-developer",
                        "77aa88bb99cc00",
                        BranchReport.State.CREATED,
                        "")));
        return new RunReport(
                gathered.workflowId(),
                gathered.title(),
                gathered.repository(),
                gathered.commit(),
                gathered.startedAt(),
                gathered.finishedAt(),
                gathered.tasks(),
                gathered.findings(),
                gathered.findingsTotal(),
                map(modules),
                gathered.branches(),
                List.of());
    }

    private static DependencyMap map(int count) {
        String[] folders = {"core", "web", "store", "billing", "search", "jobs", "auth", "shared", "report"};
        String[] names = {
            "order", "ship", "model", "api", "cache", "index", "events", "client", "config", "util", "codec"
        };
        Random random = new Random(7);
        List<DependencyMap.Module> modules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = "org.example.shop." + folders[i % 9] + "." + names[i / 9 % 11] + (i >= 99 ? i / 99 : "");
            modules.add(new DependencyMap.Module(
                    id,
                    i % 7 == 3 ? "python" : "java",
                    "src/" + id.replace('.', '/'),
                    1 + random.nextInt(20),
                    40 + random.nextInt(4_000)));
        }
        List<DependencyMap.Import> imports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < 1 + random.nextInt(2) && i + 1 < count; k++) {
                int to = Math.min(count - 1, i + 1 + random.nextInt(Math.max(1, Math.min(9, count / 3))));
                imports.add(new DependencyMap.Import(
                        modules.get(i).id(), modules.get(to).id(), 1 + random.nextInt(30)));
            }
        }
        List<List<String>> cycles = new ArrayList<>();
        if (count > 2) {
            imports.add(
                    new DependencyMap.Import(modules.get(1).id(), modules.get(2).id(), 4));
            imports.add(
                    new DependencyMap.Import(modules.get(2).id(), modules.get(1).id(), 2));
            cycles.add(List.of(modules.get(1).id(), modules.get(2).id()));
        }
        List<DependencyMap.HotFile> hot = new ArrayList<>();
        for (int i = 0; i < Math.min(12, count); i++) {
            hot.add(new DependencyMap.HotFile(
                    modules.get(i).path() + "/" + names[i % 11] + "Service.java",
                    80 - 5 * i,
                    9_000 / (i + 1),
                    1_800 / (i + 1),
                    1.0 / (i + 1)));
        }
        return new DependencyMap(
                modules,
                imports,
                cycles,
                hot,
                count < 2
                        ? List.of()
                        : List.of(new DependencyMap.CoChange(
                                hot.get(0).path(), hot.get(1).path(), 17, 0.83)));
    }

    private static DependencyMap.Module module(String id) {
        return new DependencyMap.Module(id, "java", "src/" + id, 3, 120);
    }

    private static int nodes(String html) {
        return html.split("data-node=\"", -1).length - 1;
    }

    private ArtifactRef artifact(String name, String kind, byte[] bytes) throws Exception {
        String sha =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        Path file = Files.write(directory.resolve(sha), bytes);
        assertThat(new ObjectMapper().readTree(bytes)).isNotNull();
        return ArtifactRef.newBuilder()
                .setName(name)
                .setKind(kind)
                .setSha256(sha)
                .setSizeBytes(bytes.length)
                .setMediaType("application/json")
                .setUri(file.toUri().toString())
                .build();
    }

    /** The page is written so that it is XML as well. */
    private static Document parse(String html) throws Exception {
        String xml = html.replace("<!DOCTYPE html>", "");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }
}
