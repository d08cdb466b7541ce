"""Runs unittest's discovery and writes one JSON line per event at once; arguments are ids of tests to run alone."""
import inspect
import json
import os
import sys
import time
import traceback
import unittest

_events = open(os.environ["FLEET_TEST_EVENTS"], "a", encoding="utf-8")


def _emit(**event):
    _events.write(json.dumps(event) + "\n")
    _events.flush()


class _Result(unittest.TextTestResult):
    def startTest(self, test):
        super().startTest(test)
        self._started = time.monotonic()
        self._outcome, self._message, self._place = "passed", "", (None, None)
        _emit(event="start", id=test.id())

    def stopTest(self, test):
        super().stopTest(test)
        path, line = self._place
        _emit(
            event="end",
            id=test.id(),
            outcome=self._outcome,
            seconds=time.monotonic() - self._started,
            message=self._message[-4000:],
            path=path,
            line=line,
        )

    def _failed(self, test, error):
        if self._outcome == "failed":
            return
        self._outcome = "failed"
        self._message = "".join(traceback.format_exception_only(error[0], error[1]))
        try:
            own = inspect.getsourcefile(type(test))
            self._place = (own, None)
            for frame in traceback.extract_tb(error[2]):
                if own and os.path.abspath(frame.filename) == os.path.abspath(own):
                    self._place = (own, frame.lineno)
        except TypeError:
            pass

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._failed(test, err)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._outcome, self._message = "failed", "passed, but is marked as an expected failure"

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._outcome, self._message = "skipped", reason


def main(names):
    sys.path.insert(0, os.getcwd())
    start = "tests" if os.path.isdir("tests") and not os.path.exists("tests/__init__.py") else "."
    loader = unittest.TestLoader()
    if names:
        sys.path.insert(0, os.path.abspath(start))
        suite = loader.loadTestsFromNames(names)
    else:
        suite = unittest.TestSuite()
        for pattern in ("test_*.py", "*_test.py"):
            suite.addTests(loader.discover(start, pattern=pattern))
    runner = unittest.TextTestRunner(resultclass=_Result, verbosity=2, stream=sys.stdout)
    return 0 if runner.run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
