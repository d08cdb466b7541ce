package io.sweaifleet.agent.playbook.developer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.playbook.build.RepositoryTrial;
import io.sweaifleet.agent.playbook.build.RepositoryTrial.Trial;
import io.sweaifleet.agent.playbook.qa.MavenRepositories;
import io.sweaifleet.agent.sandbox.Sandboxes;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoveUnusedImportsIT {

    @TempDir
    Path directory;

    private RepositoryTrial repository;

    @BeforeEach
    void setUp() {
        repository = new RepositoryTrial(directory);
    }

    @Test
    void shouldRemoveThemFromJavaFilesInACommitThatBuilds() throws Exception {
        // Given
        assumeThat(repository.hasProgram("mvn")).isTrue();
        repository.file("pom.xml", MavenRepositories.single());
        repository.file(
                "src/main/java/demo/A.java",
                "package demo;\n\nimport java.util.List;\nimport java.util.Map;\n\nclass A {\n    List<String> names;\n}\n");
        repository.file(
                "src/test/java/demo/ATest.java",
                "package demo;\n\nimport org.junit.jupiter.api.Disabled;\nimport org.junit.jupiter.api.Test;\n\nclass ATest {\n    @Test\n    void shouldPass() {\n        new A();\n    }\n}\n");
        repository.file(
                "src/main/java/demo/Clean.java",
                "package demo;\n\nimport java.util.Map;\n\nclass Clean {\n    Map<A, A> map;\n}\n");

        // When
        Trial trial =
                repository.run(new RemoveUnusedImports(Rewrite.classPath())).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("files.changed", "2").containsEntry("built", "true");
        assertThat(trial.run().skipped()).isEmpty();
        assertThat(trial.run().text("changes.patch"))
                .contains("-import java.util.Map;", "-import org.junit.jupiter.api.Disabled;")
                .doesNotContain("Clean.java", "target/");
        assertThat(trial.run().result().getCommit()).isNotNull();
        assertThat(trial.run().contents()).containsKeys("report.json", "report.md", "branch.bundle");
        assertThat(trial.run().text("report.md")).contains("Built with the change: maven .");
    }

    @Test
    void shouldReportAJavaFileWhoseTypesAreNotThere() throws Exception {
        // Given
        repository.file(
                "src/A.java",
                "import java.util.Map;\nimport org.example.Missing;\n\nclass A {\n    Missing missing;\n}\n");

        // When
        Trial trial =
                repository.run(new RemoveUnusedImports(Rewrite.classPath())).succeeded();

        // Then
        assertThat(trial.run().result().getSummary()).startsWith("nothing to change");
        assertThat(trial.run().skipped()).singleElement().satisfies(skip -> {
            assertThat(skip.getWhat()).isEqualTo("src/A.java");
            assertThat(skip.getCode()).isEqualTo("TYPES_MISSING");
        });
        assertThat(trial.run().result().getCommit()).isNull();
    }

    @Test
    void shouldLeaveAloneWhatPythonFilesMayBeUsedFor() {
        // Given
        assumeThat(repository.hasProgram("python3")).isTrue();
        repository.file("pkg/__init__.py", "from .core import thing\n");
        repository.file("pkg/core.py", "import os\n\nthing = 1\n");
        repository.file(
                "pkg/many.py",
                """
                from __future__ import annotations

                import json
                import sys  # noqa: F401
                import readline
                import xml.dom
                from collections import (
                    OrderedDict,
                    defaultdict,
                )
                from typing import TYPE_CHECKING, List, Optional
                from pkg.core import thing as thing

                if TYPE_CHECKING:
                    from decimal import Decimal

                try:
                    import ujson
                except ImportError:
                    ujson = None

                __all__ = ["Optional"]


                def many(a: "List[int]") -> defaultdict:
                    return defaultdict(int)
                """);
        repository.file("pkg/source.py", "import math\nfrom re import compile\n");
        repository.file("pkg/user.py", "from pkg.source import math\n\nprint(math.pi)\n");
        repository.file("pkg/evil.py", "import os\n\neval('os.getcwd()')\n");

        // When
        Trial trial = repository.run(new RemoveUnusedImports("")).succeeded();

        // Then
        String patch = trial.run().text("changes.patch");
        assertThat(patch.lines().filter(line -> line.matches("[-+][^-+].*")).toList())
                .containsExactly(
                        "-import os",
                        "-import json",
                        "-from collections import (",
                        "-    OrderedDict,",
                        "-    defaultdict,",
                        "-)",
                        "+from collections import defaultdict",
                        "-from re import compile");
        assertThat(trial.run().outputs()).containsEntry("files.changed", "3").containsEntry("built", "true");
    }

    @Test
    void shouldSucceedQuicklyWhenNothingIsUnused() {
        // Given
        repository.file("src/A.java", "import java.util.Map;\n\nclass A {\n    Map<A, A> map;\n}\n");

        // When
        Trial trial = repository.run(new RemoveUnusedImports("")).succeeded();

        // Then
        assertThat(trial.run().result().getSummary())
                .isEqualTo("nothing to change: no unused imports in 1 Java file and 0 Python files");
        assertThat(trial.run().skipped()).isEmpty();
        assertThat(trial.run().result().getPatch()).isNull();
    }

    @Test
    void shouldSkipJavaFilesWithoutOpenRewriteAndSayWhere() {
        // Given
        repository.file("src/A.java", "import java.util.Map;\n\nclass A {}\n");

        // When
        Trial trial = repository.run(new RemoveUnusedImports("")).succeeded();

        // Then
        assertThat(trial.run().skipped()).singleElement().satisfies(skip -> {
            assertThat(skip.getCode()).isEqualTo("TOOL_MISSING");
            assertThat(skip.getRemedy()).contains("fleet.rewrite.class-path");
        });
    }

    @Test
    void shouldSayThatItWasNotBuiltWithoutASandbox() throws Exception {
        // Given
        repository.sandbox(Sandboxes.Choice.NONE);
        repository.file("pom.xml", MavenRepositories.single());
        repository.file("src/main/java/demo/A.java", "package demo;\n\nimport java.util.Map;\n\nclass A {}\n");

        // When
        Trial trial =
                repository.run(new RemoveUnusedImports(Rewrite.classPath())).succeeded();

        // Then
        assertThat(trial.run().outputs()).containsEntry("files.changed", "1").containsEntry("built", "false");
        assertThat(trial.run().skipped()).singleElement().satisfies(skip -> {
            assertThat(skip.getWhat()).isEqualTo("build of maven .");
            assertThat(skip.getCode()).isEqualTo("SANDBOX_MISSING");
            assertThat(skip.getReason()).startsWith("not built: ");
        });
    }

    @Test
    void shouldSkipARepositoryWithoutJavaOrPython() {
        // Given
        repository.file("README.md", "nothing");

        // When
        Trial trial = repository.run(new RemoveUnusedImports(""));

        // Then
        assertThat(trial.run().status()).isEqualTo(AttemptEnd.Status.SKIPPED);
        assertThat(trial.run().failure().getCode()).isEqualTo("NOTHING_TO_DO");
    }
}
