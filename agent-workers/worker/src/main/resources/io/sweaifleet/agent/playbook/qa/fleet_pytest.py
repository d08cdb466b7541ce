"""A pytest plugin that writes one JSON line per event at once, so that a run that is killed leaves what it had."""
import json
import os

_events = None
_root = "."
_open = {}


def _emit(**event):
    if _events is not None:
        _events.write(json.dumps(event) + "\n")
        _events.flush()


def pytest_configure(config):
    global _events, _root
    _root = str(getattr(config, "rootpath", None) or config.rootdir)
    # With pytest-xdist the workers load this too; the controller alone reports.
    if not hasattr(config, "workerinput"):
        _events = open(os.environ["FLEET_TEST_EVENTS"], "a", encoding="utf-8")


def _location(report):
    path, line, _ = report.location
    path = os.path.join(_root, path)
    line = None if line is None else line + 1
    crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
    # The place of the failure, when it is in the test's own file; a failure deep in a library says little.
    if crash is not None and os.path.abspath(crash.path) == os.path.abspath(path):
        line = crash.lineno
    return path, line


def _message(report):
    longrepr = getattr(report, "longrepr", None)
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message)
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        return str(longrepr[2])
    return "" if longrepr is None else str(longrepr)[-4000:]


def pytest_runtest_logstart(nodeid, location):
    _open[nodeid] = {"outcome": "passed", "seconds": 0.0, "message": "", "path": None, "line": None}
    _emit(event="start", id=nodeid)


def pytest_runtest_logreport(report):
    test = _open.setdefault(
        report.nodeid, {"outcome": "passed", "seconds": 0.0, "message": "", "path": None, "line": None}
    )
    test["seconds"] += getattr(report, "duration", 0.0)
    if report.outcome == "failed" or (report.outcome == "skipped" and test["outcome"] == "passed"):
        if test["outcome"] != "failed":
            test["outcome"] = report.outcome
            test["message"] = _message(report)[:4000]
            test["path"], test["line"] = _location(report)
    if report.when == "teardown":
        _emit(event="end", id=report.nodeid, **_open.pop(report.nodeid))


def pytest_collectreport(report):
    if report.failed:
        path = os.path.join(_root, report.nodeid.split("::")[0])
        _emit(event="collect-error", id=report.nodeid, path=path, line=None, message=_message(report)[:4000])
