package io.sweaifleet.agent.playbook.devops;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.devops.Dockerfile.Instruction;
import org.junit.jupiter.api.Test;

class DockerfileTest {

    @Test
    void shouldJoinContinuedLinesAndHereDocuments() {
        // Given
        String text =
                """
                # syntax=docker/dockerfile:1

                # a comment
                FROM alpine:3.20 AS build
                RUN apk add \\
                    # in between

                    git \\
                    curl
                RUN <<EOF cat <<-'TWO'
                FROM nothing
                EOF
                second
                TWO
                copy . .
                """;

        // When
        Dockerfile file = Dockerfile.parse(text);

        // Then
        assertThat(file.instructions())
                .containsExactly(
                        new Instruction("FROM", "alpine:3.20 AS build", 4),
                        new Instruction("RUN", "apk add  git  curl", 5),
                        new Instruction("RUN", "<<EOF cat <<-'TWO'\nFROM nothing\nsecond", 10),
                        new Instruction("COPY", ". .", 15));
    }

    @Test
    void shouldKnowTheEscapeDirective() {
        // When
        Dockerfile file = Dockerfile.parse("# escape=`\nFROM x:1 `\n  AS y\nRUN dir C:\\\n");

        // Then
        assertThat(file.instructions()).extracting(Instruction::arguments).containsExactly("x:1  AS y", "dir C:\\");
    }

    @Test
    void shouldSurviveAnythingElse() {
        assertThat(Dockerfile.parse("").instructions()).isEmpty();
        assertThat(Dockerfile.parse("RUN \\").instructions()).hasSize(1);
        assertThat(Dockerfile.parse("RUN <<EOF\nnever closed").instructions()).hasSize(1);
        assertThat(Dockerfile.parse("\\\n\\\n\\").instructions()).isEmpty();
    }
}
