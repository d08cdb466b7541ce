package io.sweaifleet.agent.playbook.devops;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules for GitHub Actions workflows and GitLab CI. */
final class PipelineChecks {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");
    private static final Pattern VERSION = Pattern.compile("v?\\d+([.\\-+]\\S*)?");
    private static final Set<String> PLATFORM_OWNERS = Set.of("actions", "github");
    /** Parts of an event that whoever opens an issue or pull request writes freely. */
    private static final Pattern STRANGERS_TEXT = Pattern.compile(
            "\\$\\{\\{[^}]*\\b(github\\.head_ref|github\\.event\\.(issue\\.(title|body)|pull_request\\.(title|body|head\\.ref|head\\.label)"
                    + "|comment\\.body|review\\.body|review_comment\\.body|discussion\\.(title|body)|head_commit\\.(message|author\\.(name|email))"
                    + "|workflow_run\\.(head_branch|display_title)))\\b[^}]*}}");

    private static final Pattern HEAD =
            Pattern.compile("github\\.event\\.pull_request\\.head\\.|github\\.head_ref|refs/pull/");
    private static final Set<String> GITLAB_GLOBALS = Set.of(
            "default",
            "include",
            "stages",
            "variables",
            "workflow",
            "image",
            "services",
            "cache",
            "before_script",
            "after_script",
            "spec",
            "types");

    private PipelineChecks() {}

    static void workflow(String path, Yaml root, Issues issues) {
        if (!root.has("on") || root.get("jobs").entries().isEmpty()) {
            issues.add(
                    Rule.ACTIONS_INCOMPLETE,
                    path,
                    root.line(),
                    root.has("on") ? "The workflow has no jobs" : "The workflow has no triggers");
        }
        boolean target = triggers(root.get("on"), "pull_request_target") || triggers(root.get("on"), "workflow_run");
        Map<String, Yaml> jobs = root.get("jobs").entries();
        boolean everyJob = !jobs.isEmpty() && jobs.values().stream().allMatch(job -> job.has("permissions"));
        if (!root.has("permissions") && !everyJob && !jobs.isEmpty()) {
            issues.add(
                    Rule.ACTIONS_PERMISSIONS_MISSING,
                    path,
                    root.get("jobs").line(),
                    "Neither the workflow nor every job of it says what its token may do");
        }
        jobs.forEach((name, job) -> job(path, name, job, target, issues));
    }

    private static boolean triggers(Yaml on, String event) {
        return on.text().equals(event)
                || on.has(event)
                || on.items().stream().anyMatch(item -> item.text().equals(event));
    }

    private static void job(String path, String name, Yaml job, boolean target, Issues issues) {
        if (job.has("uses")) {
            uses(path, job.get("uses"), issues);
            return;
        }
        if (!job.has("runs-on") || !job.has("steps")) {
            issues.add(
                    Rule.ACTIONS_INCOMPLETE,
                    path,
                    job.line(),
                    "Job " + name + " has no " + (job.has("runs-on") ? "steps" : "runs-on"));
        }
        List<Yaml> steps = job.get("steps").items();
        boolean everyStep = !steps.isEmpty() && steps.stream().allMatch(step -> step.has("timeout-minutes"));
        if (!job.has("timeout-minutes") && !everyStep) {
            issues.add(Rule.ACTIONS_TIMEOUT_MISSING, path, job.line(), "Job " + name + " has no timeout-minutes");
        }
        for (Yaml step : steps) {
            if (step.has("uses")) {
                uses(path, step.get("uses"), issues);
                boolean checkout = step.get("uses").text().startsWith("actions/checkout@");
                if (target
                        && checkout
                        && HEAD.matcher(step.get("with").get("ref").text()).find()) {
                    issues.add(
                            Rule.ACTIONS_PULL_REQUEST_TARGET,
                            path,
                            step.line(),
                            "Job " + name + " checks out the head of a pull request in a privileged workflow");
                }
            }
            if (STRANGERS_TEXT.matcher(step.get("run").text()).find()) {
                issues.add(
                        Rule.ACTIONS_INJECTION,
                        path,
                        step.get("run").line(),
                        "A step of job " + name + " runs text that a stranger may write");
            }
        }
    }

    private static void uses(String path, Yaml uses, Issues issues) {
        String action = uses.text();
        if (action.isEmpty() || action.startsWith("./") || action.startsWith("docker://")) {
            return;
        }
        int at = action.indexOf('@');
        String reference = at < 0 ? "" : action.substring(at + 1);
        String owner = action.contains("/") ? action.substring(0, action.indexOf('/')) : "";
        boolean versioned = VERSION.matcher(reference).matches();
        if (COMMIT.matcher(reference).matches() || (versioned && PLATFORM_OWNERS.contains(owner))) {
            return;
        }
        String by = reference.isEmpty()
                ? "without a version"
                : versioned ? "by the movable tag " + reference : "from the branch or tag " + reference;
        issues.add(
                Rule.ACTIONS_UNPINNED,
                path,
                uses.line(),
                "Action " + (at < 0 ? action : action.substring(0, at)) + " is used " + by);
    }

    static void gitlab(String path, Yaml root, Issues issues) {
        image(path, root.get("image"), issues);
        image(path, root.get("default").get("image"), issues);
        variables(path, root.get("variables"), issues);
        root.entries().forEach((name, job) -> {
            if (GITLAB_GLOBALS.contains(name) || !job.isMap()) {
                return;
            }
            image(path, job.get("image"), issues);
            variables(path, job.get("variables"), issues);
            boolean complete = job.has("script") || job.has("trigger") || job.has("run") || job.has("extends");
            if (!name.startsWith(".") && !name.equals("pages") && !complete) {
                issues.add(Rule.GITLAB_JOB_INCOMPLETE, path, job.line(), "Job " + name + " has nothing to run");
            }
        });
    }

    private static void image(String path, Yaml image, Issues issues) {
        String name = image.isMap() ? image.get("name").text() : image.text();
        if (ImageName.isUnpinned(name)) {
            issues.add(Rule.GITLAB_IMAGE_UNPINNED, path, image.line(), "The image is " + name);
        }
    }

    private static void variables(String path, Yaml variables, Issues issues) {
        variables.entries().forEach((name, value) -> {
            String text = value.isMap() ? value.get("value").text() : value.text();
            if (SecretNames.isSecret(name) && SecretNames.isLiteral(text)) {
                issues.add(Rule.GITLAB_SECRET, path, value.line(), "The value of " + name + " stands in the file");
            }
        });
    }
}
