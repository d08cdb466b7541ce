package io.sweaifleet.agent.tool.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.tool.syntax.SyntaxCheck.Broken;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.BrokenBefore;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.Parses;
import io.sweaifleet.agent.tool.syntax.SyntaxCheck.Unchecked;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntaxCheckTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A.java   | class A { String s = \"😀é\"; }   | class A { String s = \"😀é\"; | 1",
                "a.py     | def f():~  return '😀'~         | def f(:~  return 1~           | 1",
                "a.js     | const a = () => 1;              | const a = () => {;            | 1",
                "a.ts     | let a: number = 1;              | let a: = 1;                   | 1",
                "a.tsx    | const a = <b>x</b>;             | const a = <b>x</b;            | 1",
                "a.go     | package a~func f() {}~          | package a~func f( {}~         | 2",
                "a.json   | {\"a\": [1, 2]}                 | {\"a\": [1, 2}                | 1",
                "a.yaml   | a: [1, 2]~b: c~                 | a: 1~b: [1, 2~                | 3",
            })
    void shouldRefuseWhatNoLongerParsesAndNameTheLine(String path, String good, String bad, int line) {
        // Given
        String before = good.replace('~', '\n');
        String after = bad.replace('~', '\n');

        // When
        List<SyntaxCheck.Verdict> verdicts = List.of(
                SyntaxCheck.compare(path, before, before),
                SyntaxCheck.compare(path, "", before),
                SyntaxCheck.compare(path, before, after),
                SyntaxCheck.compare(path, after, after));

        // Then
        assertThat(verdicts.get(0)).isEqualTo(new Parses());
        assertThat(verdicts.get(1)).isEqualTo(new Parses());
        assertThat(verdicts.get(2)).isInstanceOf(Broken.class);
        assertThat(((Broken) verdicts.get(2)).problem().line()).isEqualTo(line);
        assertThat(verdicts.get(3)).isInstanceOf(BrokenBefore.class);
    }

    @Test
    void shouldSayThatItHasNoGrammar() {
        assertThat(SyntaxCheck.compare("a.rs", "", "fn(")).isInstanceOf(Unchecked.class);
    }

    @Test
    void shouldSayThatAFileIsTooLarge() {
        assertThat(SyntaxCheck.compare("a.py", "", "a = 1\n".repeat(400_000)))
                .isEqualTo(new Unchecked("the file is too large, or takes too long to parse"));
    }

    @Test
    void shouldSayThatThereIsNoLibraryForAProcessor() throws Exception {
        // Given
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dos.arch=riscv64",
                ForeignProcessor.class.getName());
        java.environment().put("CLASSPATH", System.getProperty("java.class.path"));

        // When
        Process process = java.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        // Then
        assertThat(process.waitFor()).isZero();
        assertThat(output.lines().toList())
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("Unchecked[")
                                .contains(
                                        "library for java cannot be loaded on Linux riscv64: Does not support arch: riscv64"),
                        second -> assertThat(second)
                                .startsWith("Unchecked[")
                                .contains("library for python cannot be loaded"),
                        third -> assertThat(third).startsWith("Broken["));
    }

    @Test
    void shouldParseInManyThreads() throws Exception {
        // Given
        String good = "class A { int f() { return 1; } }\n".repeat(200);
        List<Callable<SyntaxCheck.Verdict>> work = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String text = i % 2 == 0 ? good : good + "}";
            work.add(() -> SyntaxCheck.compare("A.java", good, text));
        }
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            // When
            List<Future<SyntaxCheck.Verdict>> verdicts = executor.invokeAll(work);

            // Then
            for (int i = 0; i < verdicts.size(); i++) {
                assertThat(verdicts.get(i).get()).isInstanceOf(i % 2 == 0 ? Parses.class : Broken.class);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void shouldReadDefinitionsAndReferences() {
        // When
        Tags tags = Tags.of(
                Grammar.GO,
                "package a\n\ntype T struct{}\n\nfunc (t *T) Run() int { return help(t.x.Go()) }\nfunc help(i int) int { return i }\n");

        // Then
        assertThat(tags.definitions())
                .containsExactly(
                        new Tags.Definition("T", 3, "type T struct{}"),
                        new Tags.Definition("Run", 5, "func (t *T) Run() int { return help(t.x.Go()) }"),
                        new Tags.Definition("help", 6, "func help(i int) int { return i }"));
        assertThat(tags.references())
                .containsEntry("help", 1)
                .containsEntry("Go", 1)
                .containsEntry("T", 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "JAVA       | record R(int a) { void m() { n(); } enum E { X } }                       | R,m,E     | n",
                "PYTHON     | class A(B):~  def m(self):~    return self.n(C())~                       | A,m       | n",
                "JAVASCRIPT | class A { m() { n() } }~const f = () => 1;~function g() {}                | A,m,f,g   | n",
                "TYPESCRIPT | interface I { m(): T }~export const f = (a: T) => n(a);~type U = I;       | I,m,f,U   | n",
                "TSX        | export const F = () => <b>{n()}</b>;                                     | F         | n",
            })
    void shouldReadTagsOfEachLanguage(Grammar grammar, String source, String definitions, String reference) {
        // When
        Tags tags = Tags.of(grammar, source.replace('~', '\n'));

        // Then
        assertThat(tags.definitions())
                .extracting(Tags.Definition::name)
                .containsExactlyInAnyOrder(definitions.split(","));
        assertThat(tags.references()).containsKey(reference);
    }
}
