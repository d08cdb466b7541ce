package io.sweaifleet.schemas.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    **                  | a/b/c.java       | true
                    **/*.java           | A.java           | true
                    **/*.java           | a/b/A.java       | true
                    *.java              | a/A.java         | false
                    src/**              | src/a/b          | true
                    src/**              | srcs/a           | false
                    src/**/test.txt     | src/test.txt     | true
                    a?c                 | abc              | true
                    a?c                 | a/c              | false
                    *.{pem,key}         | x.key            | true
                    *.{pem,key}         | x.keys           | false
                    {docs/**,**/*.md}   | a/b.md           | true
                    {docs/**,**/*.md}   | docs/x/y         | true
                    a{b                 | a{b              | true
                    a}b{c               | a}b{c            | true
                    a+(b).c             | a+(b).c          | true
                    a+(b).c             | aa(b)xc          | false
                    """)
    void shouldMatchPaths(String glob, String path, boolean expected) {
        // When
        boolean matches = Glob.path(glob).matches(path);

        // Then
        assertThat(matches).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    *          | a/b          | true
                    *mvn*      | ./mvnw       | true
                    mvn        | ./mvn        | false
                    {npm,npx}  | npx          | true
                    {npm,npx}  | npmx         | false
                    """)
    void shouldMatchWords(String glob, String word, boolean expected) {
        // When
        boolean matches = Glob.word(glob).matches(word);

        // Then
        assertThat(matches).isEqualTo(expected);
    }
}
