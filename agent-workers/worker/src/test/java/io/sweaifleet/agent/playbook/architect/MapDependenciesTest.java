package io.sweaifleet.agent.playbook.architect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.support.TempRepository;
import io.sweaifleet.agent.run.PlaybookHarness;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapDependenciesTest {

    @TempDir
    Path directory;

    private TempRepository repository;
    private final MapDependencies playbook = new MapDependencies();

    @BeforeEach
    void setUp() {
        repository = new TempRepository(directory);
    }

    @Test
    void shouldBeFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(Playbook.class)).anyMatch(found -> found instanceof MapDependencies);
    }

    @Test
    void shouldMapAMavenRepositoryAndNameTheFilesOfACycle() {
        // Given
        repository
                .file("pom.xml", "<project/>")
                .file("core/pom.xml", "<project/>")
                .file("web/pom.xml", "<project/>")
                .file("core/src/main/java/x/core/A.java", "package x.core;", "import x.util.*;", "class A { B b; }")
                .file(
                        "core/src/main/java/x/util/B.java",
                        "package x.util;",
                        "import static x.core.A.f;",
                        "public class B {}")
                .file("core/src/test/java/x/core/ATest.java", "package x.core;", "import x.util.B;", "class ATest {}")
                .file(
                        "web/src/main/java/x/web/W.java",
                        "package x.web;",
                        "class W { x.core.A a; java.util.List<?> l; }")
                .commit("one");

        // When
        repository.run(playbook);

        // Then
        JsonNode map = repository.json("dependency-map.json");
        assertThat(map.path("modules").findValuesAsText("id"))
                .containsExactly("x.core", "x.core (test)", "x.util", "x.web");
        assertThat(edges(map))
                .containsExactly(
                        "x.core -> x.util 1", "x.core (test) -> x.util 1", "x.util -> x.core 1", "x.web -> x.core 1");
        assertThat(map.path("cycles").toString()).isEqualTo("[[\"x.core\",\"x.util\"]]");
        assertThat(repository.found("architect.cycle")).singleElement().satisfies(finding -> {
            assertThat(finding.getPath()).isEqualTo("core/src/main/java/x/core/A.java");
            assertThat(finding.getLine()).isEqualTo(2);
            assertThat(finding.getMessage())
                    .contains("core/src/main/java/x/util/B.java:2 imports core/src/main/java/x/core/A.java");
        });
        assertThat(repository.outputs()).containsEntry("cycles", "1").containsEntry("modules", "4");
        assertThat(repository.stated("IMPORTS")).hasSize(4);
        assertThat(repository.stated("HAS_CYCLE")).singleElement().satisfies(fact -> assertThat(fact.getValue())
                .isEqualTo("x.core → x.util → x.core"));
        assertThat(repository.text("report.md")).contains("```mermaid").contains("linkStyle 0,1 stroke:#d33");
        assertThat(repository.json("report.json").path("unitImports").toString())
                .isEqualTo("[{\"from\":\"web\",\"to\":\"core\",\"count\":1}]");
    }

    @Test
    void shouldKeepApartPackagesThatTwoMavenModulesShare() {
        // Given
        repository
                .file("a/pom.xml", "<project/>")
                .file("b/pom.xml", "<project/>")
                .file("a/src/main/java/p/One.java", "package p;", "class One {}")
                .file("b/src/main/java/p/One.java", "package p;", "class One {}")
                .file("b/src/main/java/q/Two.java", "package q;", "import p.One;", "class Two {}");

        // When
        repository.run(playbook);

        // Then
        JsonNode map = repository.json("dependency-map.json");
        assertThat(map.path("modules").findValuesAsText("id")).containsExactly("p @ a", "p @ b", "q");
        assertThat(edges(map)).containsExactly("q -> p @ b 1");
    }

    @Test
    void shouldResolvePythonInASourceLayout() {
        // Given
        repository
                .file("pyproject.toml", "[project]")
                .file("src/app/__init__.py", "from .api import serve")
                .file("src/app/api.py", "from app.db import models", "import json", "from . import util")
                .file(
                        "src/app/util.py",
                        "from typing import TYPE_CHECKING",
                        "if TYPE_CHECKING:",
                        "    from app.db import models")
                .file("src/app/json.py", "")
                .file("src/app/db/__init__.py", "")
                .file("src/app/db/models.py", "from ..util import helper", "import requests", "from .gone import x")
                .file("tests/test_api.py", "import app.api, conftest")
                .file("tests/conftest.py", "from app import *");

        // When
        repository.run(playbook);

        // Then
        JsonNode map = repository.json("dependency-map.json");
        assertThat(map.path("modules").findValuesAsText("id")).containsExactly("app", "app.db", "tests (test)");
        assertThat(edges(map)).containsExactly("app -> app.db 2", "app.db -> app 1", "tests (test) -> app 2");
        assertThat(fileEdges())
                .contains("src/app/__init__.py -> src/app/api.py", "tests/test_api.py -> tests/conftest.py")
                .doesNotContain("src/app/api.py -> src/app/json.py");
        JsonNode report = repository.json("report.json");
        assertThat(report.path("libraries").path("python").findValuesAsText("name"))
                .contains("requests", "json");
        assertThat(report.path("unresolved").findValuesAsText("import")).containsExactly(".gone import x");
    }

    @Test
    void shouldResolveScriptsByPathAliasWorkspaceAndIndex() {
        // Given
        repository
                .file("package.json", "{\"private\": true, \"workspaces\": [\"packages/*\"]}")
                .file(
                        "tsconfig.json",
                        "// comment",
                        "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@ui/*\": [\"packages/ui/src/*\",],},},}")
                .file(
                        "packages/ui/package.json",
                        "{\"name\": \"@acme/ui\", \"main\": \"dist/index.js\", \"imports\": {\"#x\": \"./src/x.ts\"}}")
                .file("packages/ui/tsconfig.json", "{\"extends\": \"../../tsconfig\"}")
                .file("packages/ui/src/index.ts", "export * from './button/index.js'; import '#x';")
                .file("packages/ui/src/x.ts", "")
                .file("packages/ui/src/button/index.tsx", "import '@ui/theme'; import './style.css'; import './gone'")
                .file("packages/ui/src/button/style.css", "a{}")
                .file("packages/ui/src/theme.ts", "import type { B } from './button'")
                .file("packages/app/package.json", "{\"name\": \"@acme/app\"}")
                .file(
                        "packages/app/main.js",
                        "import { B } from '@acme/ui'; const r = require('react/jsx'); import '../../outside'")
                .file("packages/app/main.test.js", "import './main'")
                .file("node_modules/react/index.js", "module.exports = require('./cjs')");

        // When
        repository.run(playbook);

        // Then
        JsonNode map = repository.json("dependency-map.json");
        assertThat(edges(map))
                .containsExactly(
                        "packages/app -> packages/ui/src 1",
                        "packages/app (test) -> packages/app 1",
                        "packages/ui/src -> packages/ui/src/button 2",
                        "packages/ui/src/button -> packages/ui/src 1");
        assertThat(fileEdges()).contains("packages/ui/src/index.ts -> packages/ui/src/x.ts");
        JsonNode report = repository.json("report.json");
        assertThat(report.path("unresolved").findValuesAsText("import")).containsExactly("../../outside", "./gone");
        assertThat(report.path("libraries").path("javascript").findValuesAsText("name"))
                .containsExactly("react");
        assertThat(repository.skips()).contains("copies of other projects");
    }

    @Test
    void shouldTakeNeitherTypesNorBuiltScriptsForCycles() {
        // Given
        repository
                .file("package.json", "{}")
                .file("a/one.ts", "import type { B } from '../b/two'")
                .file("b/two.ts", "import { A } from '../a/one'")
                .file("c/one.d.ts", "import { D } from '../d/two'")
                .file("d/two.d.ts", "import { C } from '../c/one'")
                .file("dist/e/one.js", "require('../f/two')")
                .file("dist/f/two.js", "require('../e/one')");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.findings()).isEmpty();
        assertThat(edges(repository.json("dependency-map.json")))
                .containsExactly("a -> b 1", "b -> a 1", "c -> d 1", "d -> c 1");
        assertThat(repository.skips()).contains("built scripts");
    }

    @Test
    void shouldResolveGoPackagesToTheFilesThatDeclareWhatIsUsed() {
        // Given
        repository
                .file("go.mod", "module example.com/m // mine", "go 1.22")
                .file(
                        "main.go",
                        "package main",
                        "import u \"example.com/m/internal/util\"",
                        "import \"fmt\"",
                        "var x = u.Two")
                .file("internal/util/one.go", "package util", "var One = 1")
                .file("internal/util/two.go", "package util", "const Two = 2")
                .file("internal/util/two_test.go", "package util_test", "import \"example.com/m/internal/util\"")
                .file("tools/go.mod", "module example.com/m/tools")
                .file("tools/gen/gen.go", "package gen", "import \"example.com/m/nothere\"");

        // When
        repository.run(playbook);

        // Then
        JsonNode map = repository.json("dependency-map.json");
        assertThat(map.path("modules").findValuesAsText("id"))
                .containsExactly(
                        "example.com/m",
                        "example.com/m/internal/util",
                        "example.com/m/internal/util (test)",
                        "example.com/m/tools/gen");
        assertThat(fileEdges())
                .containsExactly(
                        "internal/util/two_test.go -> internal/util/one.go", "main.go -> internal/util/two.go");
        assertThat(repository.json("report.json").path("unresolved").findValuesAsText("import"))
                .containsExactly("example.com/m/nothere");
        assertThat(repository.findings()).isEmpty();
    }

    @Test
    void shouldRankHotFilesOverRenamesAndFindThoseThatChangeTogether() {
        // Given
        repository
                .file("old name.rb", "a", "b", "c", "d")
                .file("ü.rb", "1")
                .file("yarn.lock", "x")
                .commit("create");
        for (int i = 0; i < 3; i++) {
            repository
                    .file("old name.rb", "a", "b", "c", "d", "v" + i)
                    .file("ü.rb", "1" + i)
                    .file("yarn.lock", "x" + i)
                    .commit("c" + i);
        }
        repository.rename("old name.rb", "hot.rb").commit("rename");

        // When
        repository.run(playbook);

        // Then
        JsonNode hot = repository.json("dependency-map.json").path("hotFiles");
        assertThat(hot.findValuesAsText("path")).containsExactly("hot.rb", "ü.rb");
        assertThat(hot.get(0).toString())
                .isEqualTo("{\"path\":\"hot.rb\",\"commits\":4,\"churn\":5,\"lines\":5,\"score\":25}");
        assertThat(repository.json("dependency-map.json").path("coChange").toString())
                .isEqualTo("[{\"a\":\"hot.rb\",\"b\":\"ü.rb\",\"together\":4,\"confidence\":1.0}]");
        assertThat(repository.found("architect.hot-file")).hasSize(2);
        assertThat(repository.skips()).contains("imports of Ruby", "dependency map");
    }

    @Test
    void shouldLeaveOutWhatIsNoSource() {
        // Given
        repository
                .bytes("bin.py", new byte[] {1, 0, 2})
                .bytes("utf16.py", "\uFEFFimport ok".getBytes(StandardCharsets.UTF_16LE))
                .bytes("latin.py", "# caf\u00e9\nimport ok\n".getBytes(StandardCharsets.ISO_8859_1))
                .bytes("big.py", new byte[(int) SourceTree.LARGEST_SOURCE + 1])
                .file("ok.py", "");
        repository.link("loop", ".").link("link.py", "/etc/hostname").link("circle", "circle");

        // When
        repository.run(playbook);

        // Then
        assertThat(fileEdges()).containsExactly("latin.py -> ok.py", "utf16.py -> ok.py");
        assertThat(repository.skips()).contains("bin.py", "big.py").doesNotContain("link.py");
    }

    @Test
    void shouldSayWhenSourcesAreBeyondTheLimit() {
        // Given
        repository.file("a.py", "").file("b.py", "").input("maxFiles", "1").input("history", "0");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.outputs()).containsEntry("files", "1");
        assertThat(repository.skips()).contains("sources beyond the limit", "history");
    }

    @Test
    void shouldSkipARepositoryWithoutFilesButReport() {
        // When
        repository.run(playbook);

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(repository.failure().getCode()).isEqualTo("NOTHING_TO_DO");
        assertThat(repository.hasArtifact("report.md")).isTrue();
        assertThat(repository.hasArtifact("dependency-map.json")).isTrue();
    }

    @Test
    void shouldRefuseInputsOutsideTheirBounds() {
        // Given
        repository.file("a.py", "").input("languages", "java,cobol");

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.failure().getField()).isEqualTo("languages");
        assertThat(repository.failure().getValue()).isEqualTo("cobol");
    }

    @Test
    void shouldStopReadingWhenTheDeadlineComesNear() {
        // Given
        repository.file("a.py", "");
        Instant late = Instant.now().plus(Duration.ofDays(1));

        // When
        repository.run(new MapDependencies(() -> late));

        // Then
        assertThat(repository.skips()).contains("sources not read in time");
    }

    @Test
    void shouldStopWhenCancelled() {
        // Given
        Cancellation cancellation = new Cancellation();
        cancellation.cancel("test", Instant.EPOCH);
        repository.file("a.py", "").with(PlaybookHarness.create().withCancellation(cancellation));

        // When
        repository.run(playbook);

        // Then
        assertThat(repository.status()).isEqualTo(AttemptEnd.Status.CANCELLED);
    }

    private List<String> fileEdges() {
        return repository.stated("IMPORTS").stream()
                .map(fact ->
                        TempRepository.local(fact.getSubjectId()) + " -> " + TempRepository.local(fact.getObjectId()))
                .toList();
    }

    private static List<String> edges(JsonNode map) {
        return StreamSupport.stream(map.path("imports").spliterator(), false)
                .map(edge ->
                        edge.path("from").asText() + " -> " + edge.path("to").asText() + " " + edge.path("count"))
                .toList();
    }
}
