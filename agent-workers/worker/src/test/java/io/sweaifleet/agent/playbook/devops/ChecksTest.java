package io.sweaifleet.agent.playbook.devops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChecksTest {

    @Test
    void shouldJudgeDockerfiles() {
        assertThat(docker("FROM alpine", "USER me")).containsExactly("docker-base-unpinned:1");
        assertThat(docker("ARG V=latest", "FROM reg:5000/a/b:${V} AS one", "USER me", "FROM one"))
                .containsExactly("docker-base-unpinned:2");
        assertThat(docker("ARG V=1.2", "FROM alpine:${V}", "USER 1000:1000")).isEmpty();
        assertThat(docker("FROM a@sha256:0123", "USER root")).containsExactly("docker-root:2");
        assertThat(docker("FROM gcr.io/distroless/java17:nonroot")).isEmpty();
        assertThat(docker("FROM scratch", "COPY x /x", "USER 1")).isEmpty();
        assertThat(docker("FROM a:1", "ADD https://x/y.tgz /", "USER a")).containsExactly("docker-add-url:2");
        assertThat(docker("FROM a:1", "ADD --checksum=sha256:1 https://x/y.tgz /", "USER a"))
                .isEmpty();
        assertThat(docker("FROM a:1", "RUN apt-get update", "RUN apt-get install -y git", "USER a"))
                .containsExactly("docker-apt-update-alone:2", "docker-apt-recommends:3", "docker-apt-lists:3");
        assertThat(docker(
                        "FROM a:1",
                        "RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*",
                        "USER a"))
                .isEmpty();
        assertThat(docker(
                        "FROM a:1",
                        "ENV DB_PASSWORD=x PASSWORD_FILE=/run/x TOKENIZERS=1",
                        "ARG API_KEY",
                        "ENV TOKEN abc",
                        "USER a"))
                .containsExactly("docker-secret:2", "docker-secret:3", "docker-secret:4");
        assertThat(docker("FROM a:1", "RUN curl -sL https://x | sudo bash -", "USER a"))
                .containsExactly("docker-pipe-to-shell:2");
    }

    @Test
    void shouldJudgeComposeFiles() {
        String text =
                """
                x-base: &base
                  privileged: true
                  image: redis
                services:
                  cache:
                    <<: *base
                    ports: ["6379:6379", "127.0.0.1:6379:6379", "[::1]:6379:6379", "6379"]
                  db:
                    image: postgres:16
                    healthcheck: {test: ["CMD", "true"]}
                    environment:
                      POSTGRES_PASSWORD: example
                      OTHER_PASSWORD: ${FROM_ENV}
                      POSTGRES_PASSWORD_FILE: /run/secrets/x
                    ports:
                      - target: 5432
                        published: 5432
                  agent:
                    build: .
                    environment: ["API_TOKEN=abc", "EMPTY_TOKEN="]
                    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
                """;
        assertThat(yaml(text, (document, issues) -> ComposeChecks.check("f", document, issues)))
                .containsExactlyInAnyOrder(
                        "compose-privileged:2",
                        "compose-image-unpinned:3",
                        "compose-healthcheck-missing:6",
                        "compose-database-exposed:7",
                        "compose-secret:12",
                        "compose-database-exposed:16",
                        "compose-secret:20",
                        "compose-docker-socket:21");
    }

    @Test
    void shouldJudgeWorkflows() {
        String text =
                """
                on: [pull_request_target]
                jobs:
                  build:
                    runs-on: ubuntu-latest
                    steps:
                      - uses: actions/checkout@v4
                        with: {ref: "${{ github.event.pull_request.head.sha }}"}
                      - uses: someone/thing@v1
                      - uses: someone/thing@0123456789abcdef0123456789abcdef01234567
                      - uses: actions/cache@main
                      - uses: ./local
                      - run: echo "${{ github.event.pull_request.title }}"
                      - run: echo "${{ github.event.pull_request.number }}"
                  call:
                    uses: owner/repo/.github/workflows/x.yml@main
                  broken:
                    timeout-minutes: 1
                """;
        assertThat(yaml(text, (document, issues) -> PipelineChecks.workflow("f", document, issues)))
                .containsExactlyInAnyOrder(
                        "actions-permissions-missing:3",
                        "actions-timeout-missing:4",
                        "actions-pull-request-target:6",
                        "actions-unpinned:8",
                        "actions-unpinned:10",
                        "actions-injection:12",
                        "actions-unpinned:15",
                        "actions-incomplete:17");
        assertThat(yaml("name: empty\n", (document, issues) -> PipelineChecks.workflow("f", document, issues)))
                .containsExactly("actions-incomplete:1");
    }

    @Test
    void shouldJudgeGitlabPipelines() {
        String text =
                """
                image: node:latest
                variables:
                  DEPLOY_TOKEN: abc
                  OTHER_TOKEN: $MASKED
                .template:
                  image: {name: alpine}
                build:
                  stage: test
                test:
                  script: [make]
                  image: alpine:3
                """;
        assertThat(yaml(text, (document, issues) -> PipelineChecks.gitlab("f", document, issues)))
                .containsExactlyInAnyOrder(
                        "gitlab-image-unpinned:1",
                        "gitlab-secret:3",
                        "gitlab-image-unpinned:6",
                        "gitlab-job-incomplete:8");
    }

    @Test
    void shouldJudgePomsAlongTheirParents() {
        Map<String, String> files = Map.of(
                "pom.xml",
                """
                <project>
                  <artifactId>parent</artifactId><version>1.0</version>
                  <properties><dep>2-SNAPSHOT</dep></properties>
                  <build><pluginManagement><plugins>
                    <plugin><artifactId>managed</artifactId><version>1</version></plugin>
                  </plugins></pluginManagement></build>
                  <repositories><repository><id>r</id><url>http://repo.example.org</url></repository></repositories>
                </project>
                """,
                "child/pom.xml",
                """
                <project>
                  <parent><artifactId>parent</artifactId></parent>
                  <artifactId>child</artifactId><version>1.0</version>
                  <dependencies>
                    <dependency><artifactId>a</artifactId><version>${dep}</version></dependency>
                    <dependency><artifactId>b</artifactId><version>[1,2)</version></dependency>
                  </dependencies>
                  <build><plugins>
                    <plugin><artifactId>managed</artifactId></plugin>
                    <plugin><artifactId>loose</artifactId></plugin>
                  </plugins></build>
                </project>
                """,
                "boot/pom.xml",
                """
                <project>
                  <parent><groupId>o</groupId><artifactId>outside</artifactId><version>3</version></parent>
                  <build><plugins><plugin><artifactId>perhaps-managed</artifactId></plugin></plugins></build>
                </project>
                """,
                "bad/pom.xml",
                "<project>\n<a></project>",
                "entity/pom.xml",
                "<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<project><version>&x;</version></project>");
        assertThat(project(files, MavenChecks::check))
                .containsExactlyInAnyOrder(
                        "pom.xml maven-http-repository:7",
                        "child/pom.xml maven-snapshot-in-release:5",
                        "child/pom.xml maven-dynamic-version:6",
                        "child/pom.xml maven-plugin-unpinned:10",
                        "bad/pom.xml xml-invalid:2",
                        "entity/pom.xml xml-invalid:2");
    }

    @Test
    void shouldJudgeNpmPackages() {
        Map<String, String> files = Map.of(
                "package.json",
                "{\"engines\": {\"node\": \">=18\"}, \"dependencies\": {\n\"any\": \"*\",\n\"local\": \"*\",\n\"git\": \"git+https://x/y.git\",\n\"ok\": \"^1.0.0\"}}",
                "packages/local/package.json",
                "{\"name\": \"local\", \"devDependencies\": {\"x\": \"1\"}}",
                "package-lock.json",
                "{}",
                "yarn.lock",
                "",
                "other/package.json",
                "{broken",
                "list/package.json",
                "[]");
        assertThat(project(files, BuildChecks::check))
                .containsExactlyInAnyOrder(
                        "package.json npm-version-any:2",
                        "package.json npm-git-unpinned:4",
                        "package.json npm-many-lockfiles",
                        "other/package.json json-invalid:1",
                        "list/package.json json-invalid:1");
        assertThat(project(Map.of("package.json", "{\"dependencies\": {\"a\": \"1\"}}"), BuildChecks::check))
                .containsExactlyInAnyOrder("package.json npm-lockfile-missing", "package.json npm-engines-missing");
    }

    @Test
    void shouldJudgePythonGoGradleAndMake() {
        Map<String, String> files = new TreeMap<>();
        files.put(
                "requirements.txt",
                "# comment\na==1.0\nb>=2 # why\nc\nd==1.*\ne[x]===1.0 ; python_version > '3'\n-r other.txt\nf @ https://x/f.whl\n--hash=1\n");
        files.put("pyproject.toml", "[project]\nname = 'x'\n[tool.x]\nrequires-python = '>=3'\n");
        files.put("examples/one/setup.py", "");
        files.put("go.mod", "module x\nrequire a v1\nreplace a => ../a\nreplace b => ./b\n");
        files.put(
                "build.gradle",
                "// implementation 'a:b:1.+'\nimplementation 'a:b:1.+'\nmaven { url 'http://repo.example.org' }\n// see http://x\n");
        files.put("g/settings.gradle.kts", "");
        files.put("gradle/wrapper/gradle-wrapper.properties", "distributionUrl=x");
        files.put("Makefile", "x := 1\n.PHONY: all \\\n  lint\nall lint:\n\techo\ntest: all\nout/file: x\nclean::\n");
        assertThat(project(files, BuildChecks::check))
                .containsExactlyInAnyOrder(
                        "requirements.txt python-requirements-unpinned:3",
                        "pyproject.toml python-build-backend-missing",
                        "pyproject.toml python-requires-missing",
                        "go.mod go-sum-missing",
                        "go.mod go-version-missing",
                        "go.mod go-replace-local:3",
                        "build.gradle gradle-dynamic-version:2",
                        "build.gradle gradle-http-repository:3",
                        "gradle/wrapper/gradle-wrapper.properties gradle-wrapper-checksum",
                        "Makefile make-phony-missing:6");
    }

    @Test
    void shouldAskForPyprojectOnlyWhereAProjectBegins() {
        assertThat(project(Map.of("old/setup.py", "", "old/examples/x/setup.py", ""), BuildChecks::check))
                .containsExactly("old/setup.py python-pyproject-missing");
    }

    @Test
    void shouldReadYamlThatIsMeantToHurt() {
        assertThat(Yaml.parse("a: &a [*a]\nb: {<<: *a}\n")).isInstanceOf(Yaml.Documents.class);
        Yaml.Documents self = (Yaml.Documents) Yaml.parse("a: &a\n  <<: *a\n  b: 1\n");
        assertThat(self.documents().get(0).get("a").get("b").text()).isEqualTo("1");
        assertThat(Yaml.parse("[".repeat(10_000))).isInstanceOf(Yaml.Invalid.class);
        assertThat(Yaml.parse("a: b: c")).isEqualTo(new Yaml.Invalid(1, "mapping values are not allowed here"));
        assertThat(Yaml.parse("a: \u0001")).isInstanceOf(Yaml.Invalid.class);
        assertThat(Yaml.parse("!!javax.script.ScriptEngineManager [x]")).isInstanceOf(Yaml.Documents.class);
        assertThat(Yaml.parse("")).isEqualTo(new Yaml.Documents(List.of()));
    }

    private interface DocumentCheck {
        void check(Yaml document, Issues issues);
    }

    private interface ProjectCheck {
        void check(Project project, Issues issues);
    }

    private static List<String> docker(String... lines) {
        Issues issues = new Issues();
        DockerfileChecks.check("Dockerfile", String.join("\n", lines), issues);
        return shown(issues, false);
    }

    private static List<String> yaml(String text, DocumentCheck check) {
        Issues issues = new Issues();
        ((Yaml.Documents) Yaml.parse(text)).documents().forEach(document -> check.check(document, issues));
        return shown(issues, false);
    }

    private static List<String> project(Map<String, String> files, ProjectCheck check) {
        Issues issues = new Issues();
        check.check(Project.of(files.keySet().stream().sorted().toList(), files), issues);
        return shown(issues, true);
    }

    private static List<String> shown(Issues issues, boolean paths) {
        return issues.sorted().stream()
                .map(issue -> (paths ? issue.path() + " " : "")
                        + issue.rule().id().substring("devops.".length())
                        + (issue.line() == null ? "" : ":" + issue.line()))
                .toList();
    }
}
