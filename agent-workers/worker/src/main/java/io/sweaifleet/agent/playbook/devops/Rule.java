package io.sweaifleet.agent.playbook.devops;

import io.sweaifleet.schemas.common.Severity;
import java.util.Locale;

/** Every rule: what it looks for, why that matters, and what to do. The page docs/playbooks.md lists them; a test compares the two. */
enum Rule {
    // The repository itself.
    README_MISSING(
            Severity.WARNING,
            "No README at the root",
            "Nobody knows what the project is or how to build it",
            "Write a README with the purpose, the build and the test command"),
    LICENSE_MISSING(
            Severity.WARNING,
            "No LICENSE at the root",
            "Without a licence nobody may use the code",
            "Add a LICENSE file; only its owner can choose which"),
    GITIGNORE_MISSING(
            Severity.WARNING,
            "No .gitignore",
            "Build results and local settings get committed",
            "Add one for the languages of the repository"),
    EDITORCONFIG_MISSING(
            Severity.INFO,
            "No .editorconfig",
            "Editors disagree about indentation and line ends, which makes noise in diffs",
            "Add one that says what the files do already"),
    CI_MISSING(
            Severity.WARNING,
            "No continuous integration",
            "A broken build is noticed by users",
            "Add a workflow that runs the tests"),
    DEPENDENCY_UPDATES_MISSING(
            Severity.INFO,
            "No automatic dependency updates (Dependabot, Renovate)",
            "Known vulnerabilities stay in old versions",
            "Configure Dependabot or Renovate"),
    SECRET_FILE_COMMITTED(
            Severity.ERROR,
            "A private key or an environment file is tracked",
            "Whoever can read the repository has the secret, also from its history",
            "Revoke the secret, remove the file from the history, and ignore it"),
    BUILD_OUTPUT_COMMITTED(
            Severity.WARNING,
            "Build results or caches are tracked",
            "They go stale, bloat every clone and conflict in merges",
            "Remove them with git rm --cached and ignore them"),
    YAML_INVALID(
            Severity.ERROR,
            "A build or CI file is no valid YAML",
            "The tool that reads it fails or ignores it",
            "Correct the syntax at the line named"),
    XML_INVALID(
            Severity.ERROR,
            "A pom.xml is not well-formed",
            "Maven cannot read the project",
            "Correct the syntax at the line named"),
    JSON_INVALID(
            Severity.ERROR,
            "A package.json is no valid JSON",
            "npm cannot read the package",
            "Correct the syntax at the line named"),

    // Dockerfiles.
    DOCKER_BASE_UNPINNED(
            Severity.WARNING,
            "FROM without a tag, or with latest",
            "The same Dockerfile builds another image tomorrow",
            "Name a version, or better a digest"),
    DOCKER_ROOT(
            Severity.WARNING,
            "The image runs as root",
            "A break-out of the process has the rights of root in the container",
            "Add a USER instruction to the last stage"),
    DOCKER_ADD_URL(
            Severity.WARNING,
            "ADD of a URL",
            "The download is neither verified nor removed from its layer",
            "Use ADD --checksum, or RUN with a checked download"),
    DOCKER_APT_RECOMMENDS(
            Severity.INFO,
            "apt-get install without --no-install-recommends",
            "The image carries packages that nothing needs",
            "Add --no-install-recommends"),
    DOCKER_APT_LISTS(
            Severity.INFO,
            "apt-get without removing its lists in the same RUN",
            "The package lists stay in the layer",
            "End the RUN with rm -rf /var/lib/apt/lists/*"),
    DOCKER_APT_UPDATE_ALONE(
            Severity.WARNING,
            "apt-get update in a RUN of its own",
            "The cached layer goes stale, and a later install fails or takes old packages",
            "Join update and install in one RUN"),
    DOCKER_SECRET(
            Severity.ERROR,
            "A secret in ENV or ARG",
            "Everyone who can pull the image can read it",
            "Use RUN --mount=type=secret at build time and the environment at run time"),
    DOCKER_PIPE_TO_SHELL(
            Severity.WARNING,
            "A download is piped into a shell",
            "What runs is whatever the server sends that day",
            "Download, verify a checksum, then run"),
    DOCKERIGNORE_MISSING(
            Severity.WARNING,
            "COPY of the whole context without a .dockerignore",
            "The history, local settings and secrets end up in the image, and every change spoils the cache",
            "Add .dockerignore to the context"),

    // Compose.
    COMPOSE_PRIVILEGED(
            Severity.ERROR,
            "A service runs privileged",
            "It has the rights of root on the host",
            "Remove privileged, add the one capability that is needed"),
    COMPOSE_IMAGE_UNPINNED(
            Severity.WARNING,
            "An image without a tag, or with latest",
            "The next pull may start another version on the same data",
            "Name a version"),
    COMPOSE_HEALTHCHECK_MISSING(
            Severity.INFO,
            "A service without health check",
            "Others start before it answers, and a hung one stays",
            "Add healthcheck, or define HEALTHCHECK in its image"),
    COMPOSE_DATABASE_EXPOSED(
            Severity.WARNING,
            "A database port is published on every interface",
            "Everybody on the network reaches the database, past the host's firewall",
            "Publish as 127.0.0.1:port:port, or not at all"),
    COMPOSE_DOCKER_SOCKET(
            Severity.WARNING,
            "A service mounts the Docker socket",
            "Whoever controls the service controls the host",
            "Use a socket proxy with the few calls that are needed"),
    COMPOSE_SECRET(
            Severity.WARNING,
            "A password stands in the file",
            "Everyone who reads the repository has it",
            "Take it from the environment, an ignored .env file, or secrets"),

    // GitHub Actions and GitLab CI.
    ACTIONS_UNPINNED(
            Severity.WARNING,
            "An action is used from a branch, or a third party's by a movable tag",
            "Its owner, or who takes over the account, changes what runs with your token",
            "Pin the full commit hash, with the version as comment"),
    ACTIONS_PERMISSIONS_MISSING(
            Severity.WARNING,
            "A workflow without permissions",
            "The token may have write access to everything",
            "Add permissions: contents: read, and more only where a job needs it"),
    ACTIONS_PULL_REQUEST_TARGET(
            Severity.ERROR,
            "pull_request_target checks out the pull request's code",
            "A stranger's code runs with the repository's secrets",
            "Use pull_request, or do not check out the head"),
    ACTIONS_TIMEOUT_MISSING(
            Severity.INFO,
            "A job without timeout-minutes",
            "A hung job blocks a runner for six hours",
            "Add timeout-minutes"),
    ACTIONS_INJECTION(
            Severity.ERROR,
            "A run step puts text that a stranger writes into a shell command",
            "A title such as $(command) is executed with the repository's token",
            "Pass the text through env and quote the variable"),
    ACTIONS_INCOMPLETE(
            Severity.WARNING,
            "A workflow without triggers or jobs, or a job without runner or steps",
            "It never runs, or fails at once",
            "Add what is missing"),
    GITLAB_IMAGE_UNPINNED(
            Severity.WARNING,
            "An image without a tag, or with latest",
            "The pipeline changes without a commit",
            "Name a version"),
    GITLAB_SECRET(
            Severity.ERROR,
            "A secret stands in the variables",
            "Everyone who reads the repository has it",
            "Use a masked and protected CI/CD variable"),
    GITLAB_JOB_INCOMPLETE(
            Severity.WARNING,
            "A job without script, trigger, run or extends",
            "The pipeline is refused",
            "Add what is missing, or begin the name with a dot for a template"),

    // Builds.
    MAVEN_PLUGIN_UNPINNED(
            Severity.WARNING,
            "A Maven plugin without version",
            "The build takes whatever the installed Maven has, or the newest",
            "Name the version, best in the parent's pluginManagement"),
    MAVEN_DYNAMIC_VERSION(
            Severity.WARNING,
            "A Maven dependency with LATEST, RELEASE or a range",
            "The same commit builds differently tomorrow",
            "Name the version"),
    MAVEN_SNAPSHOT_IN_RELEASE(
            Severity.WARNING,
            "A release depends on a SNAPSHOT",
            "A snapshot changes and disappears, so the release cannot be rebuilt",
            "Depend on a released version"),
    MAVEN_HTTP_REPOSITORY(
            Severity.WARNING,
            "A Maven repository over plain HTTP",
            "Whoever is on the line can replace what you build with; Maven 3.8.1 and later refuse it",
            "Use https"),
    GRADLE_WRAPPER_MISSING(
            Severity.WARNING,
            "A Gradle build without wrapper",
            "Everybody builds with another Gradle",
            "Run gradle wrapper and commit the result"),
    GRADLE_WRAPPER_CHECKSUM(
            Severity.INFO,
            "The Gradle wrapper has no distributionSha256Sum",
            "The downloaded Gradle is run unverified",
            "Add the checksum of the distribution"),
    GRADLE_DYNAMIC_VERSION(
            Severity.WARNING,
            "A Gradle dependency with + or latest",
            "The same commit builds differently tomorrow",
            "Name the version, or use dependency locking"),
    GRADLE_HTTP_REPOSITORY(
            Severity.WARNING,
            "A Gradle repository over plain HTTP",
            "Whoever is on the line can replace what you build with",
            "Use https"),
    NPM_LOCKFILE_MISSING(
            Severity.WARNING,
            "package.json with dependencies and no lock file",
            "Every install may take other versions",
            "Run npm install and commit package-lock.json"),
    NPM_MANY_LOCKFILES(
            Severity.WARNING,
            "Lock files of several package managers",
            "They disagree, and which one counts depends on who installs",
            "Keep one and remove the others"),
    NPM_ENGINES_MISSING(
            Severity.INFO,
            "package.json without engines.node",
            "Nobody knows which Node.js it needs",
            "Add engines.node"),
    NPM_VERSION_ANY(
            Severity.WARNING,
            "A dependency with *, latest or no version",
            "Any release, also a hostile one, is taken",
            "Name a range"),
    NPM_GIT_UNPINNED(
            Severity.WARNING, "A dependency from git without commit or tag", "Its branch moves", "Add #commit"),
    PYTHON_REQUIREMENTS_UNPINNED(
            Severity.WARNING,
            "Requirements without exact version",
            "The same commit installs differently tomorrow",
            "Pin with ==, best compiled from a requirements.in or a lock file"),
    PYTHON_PYPROJECT_MISSING(
            Severity.INFO,
            "setup.py without pyproject.toml",
            "The build runs with whatever setuptools is installed",
            "Add pyproject.toml with build-system"),
    PYTHON_BUILD_BACKEND_MISSING(
            Severity.WARNING,
            "pyproject.toml with project and without build-system",
            "Tools guess the build backend",
            "Add build-system with requires and build-backend"),
    PYTHON_REQUIRES_MISSING(
            Severity.INFO,
            "pyproject.toml without requires-python",
            "pip installs it on a Python that it does not run on",
            "Add requires-python"),
    GO_SUM_MISSING(
            Severity.WARNING,
            "go.mod with requirements and no go.sum",
            "Downloads are not verified, and the build stops",
            "Run go mod tidy and commit go.sum"),
    GO_REPLACE_LOCAL(
            Severity.WARNING,
            "go.mod replaces a module by a path outside the repository",
            "Nobody else can build it",
            "Remove the replace, or use go.work"),
    GO_VERSION_MISSING(
            Severity.INFO, "go.mod without go directive", "The language version is guessed", "Add the go directive"),
    MAKE_PHONY_MISSING(
            Severity.INFO,
            "Make targets that are no files are not .PHONY",
            "A file or directory of that name, such as test, stops the target from running",
            "Add .PHONY");

    private final Severity severity;
    private final String what;
    private final String why;
    private final String remedy;

    Rule(Severity severity, String what, String why, String remedy) {
        this.severity = severity;
        this.what = what;
        this.why = why;
        this.remedy = remedy;
    }

    /** Stable name in findings, such as {@code devops.docker-root}. */
    String id() {
        return "devops." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Severity severity() {
        return severity;
    }

    String what() {
        return what;
    }

    String why() {
        return why;
    }

    String remedy() {
        return remedy;
    }
}
