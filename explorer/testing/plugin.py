"""The pytest plugin: ``@pytest.mark.sealrace``, the fixtures ``sealrace`` and ``explored``, ``--sealrace-replay``.

pytest loads this module in every run, so it imports little; what explores comes with the first test
that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import TestCase

import pytest

from explorer.testing.asked import Asked, Replayed, problem_of

if TYPE_CHECKING:
    from explorer.testing.explored import Explored, Explorer

_MARKER = (
    "sealrace(scenario, models=['sc'], fix=None, protocol=None, parameters={}, small=False, expect='HOLDS', "
    "max_time=None, max_executions=None): explore a scenario under each model (one test each) before the test's own "
    "code; it fails where the verdict is another, or INCOMPLETE. expect is 'HOLDS', 'VIOLATED', the set of the "
    "properties violated, or None to leave it to the test, which gets the result as the fixture 'explored'."
)

_MODEL = "sealrace_model"
_REPLAYED = "sealrace_replayed"


_EXPLORED = pytest.StashKey["Explored"]()
_EXPLORER = pytest.StashKey["Explorer"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sealrace", "exploring races (sealrace)")
    group.addoption(
        "--sealrace-replay",
        metavar="TOKEN",
        help="Run this one execution, in the tests that are of its scenario and model, and no other test.",
    )
    group.addoption(
        "--sealrace-out",
        metavar="DIR",
        help="Folder for reports, one in it for each test.  [default: sealrace in pytest's cache folder]",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    token = config.getoption("--sealrace-replay")
    if token is not None:
        from explorer.errors import InputError
        from explorer.token import read_token

        try:
            read_token(token)
        except InputError as error:
            raise pytest.UsageError(f"--sealrace-replay: {error}") from None
        config.pluginmanager.register(_Replay(token), "sealrace-replay")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each model of a mark."""
    asked = _asked(metafunc.definition)
    if asked is not None:
        metafunc.fixturenames.append(_MODEL)
        metafunc.parametrize(_MODEL, asked.models, ids=[Path(model).stem for model in asked.models], indirect=True)


@pytest.fixture(name=_MODEL)
def _model(request: pytest.FixtureRequest) -> str:
    """The model of this one of the tests of a mark."""
    model: str = request.param
    return model


@pytest.fixture
def explored(request: pytest.FixtureRequest) -> Explored:
    """What the exploration that ``@pytest.mark.sealrace`` asks for has found."""
    item = _function(request.node)
    if _asked(item) is None:
        pytest.fail("the fixture 'explored' is for tests with @pytest.mark.sealrace(...)", pytrace=False)
    return _explored(item)


@pytest.fixture
def sealrace(request: pytest.FixtureRequest) -> Explorer:
    """Explores: ``sealrace.explore('inflight', model='sc')``; a test that uses it and explores nothing fails."""
    from explorer.testing.explored import Explorer

    item = _function(request.node)
    item.stash[_EXPLORER] = Explorer(item, _out(item))
    return item.stash[_EXPLORER]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whatever has the mark is explored, or fails: a test class of unittest, say, would run without a look at it."""
    if item.get_closest_marker("sealrace") is None:
        return
    if not isinstance(item, pytest.Function) or (item.cls is not None and issubclass(item.cls, TestCase)):
        pytest.fail(
            "@pytest.mark.sealrace is for test functions, and methods of classes that are no unittest.TestCase: "
            "here nothing would be explored",
            pytrace=False,
        )
    if not _has_model(item):
        pytest.fail("@pytest.mark.sealrace came after collection: put it on the test itself", pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Explore before the test's own code; of a replay that is all."""
    asked = _asked(pyfuncitem)
    if asked is None:
        return None
    _explored(pyfuncitem).check(asked.expect)
    return True if _token(pyfuncitem.config) is not None else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What must be so after a test that has the fixture ``sealrace``; one whose execution was replayed ends there."""
    try:
        result = yield
    except Replayed:
        return None
    explorer = item.stash.get(_EXPLORER, None)
    if explorer is not None and not explorer.explored:
        pytest.fail("this test explored nothing\n  call sealrace.explore(...) in it", pytrace=False)
    if explorer is not None and _token(item.config) is not None:
        pytest.skip("--sealrace-replay is of another scenario")
    return result


class _Replay:
    """``--sealrace-replay``: which tests are run, and that some were."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._replayed = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Tests with the fixture say only as they run what they explore: they stay, and skip what it is not."""
        from explorer.testing.explored import is_of

        kept: list[pytest.Item] = []
        others: list[pytest.Item] = []
        for item in items:
            # A mark that explores nothing has no model, and is no way to the token.
            asked = _asked(item) if isinstance(item, pytest.Function) and _has_model(item) else None
            wanted = is_of(asked, _model_of(item), self._token) if asked else "sealrace" in _fixtures(item)
            (kept if wanted else others).append(item)
        items[:] = kept
        if others:
            config.hook.pytest_deselected(items=others)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._replayed += report.when == "call" and (_REPLAYED, self._token) in map(tuple, report.user_properties)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        # Under xdist the workers run the tests, and their reports come to the process that started them.
        none_left = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if none_left and not self._replayed and not hasattr(session.config, "workerinput"):
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._replayed:
            terminalreporter.write_line(
                "ERROR: --sealrace-replay: no test collected explores what the token is of\n"
                "  name its test, or replay it without pytest: sealrace replay TOKEN",
                red=True,
            )


def _function(node: pytest.Item) -> pytest.Function:
    if not isinstance(node, pytest.Function):
        pytest.fail("sealrace's fixtures are for test functions and methods", pytrace=False)
    return node


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


def _asked(item: Any) -> Asked | None:
    """What the mark of a test asks for, if it has one."""
    marks = list(item.iter_markers("sealrace"))
    if not marks:
        return None
    if len(marks) > 1:
        pytest.fail(
            f"@pytest.mark.sealrace: {len(marks)} of them, and a test explores one scenario\n"
            "  write a test for each, or call sealrace.explore(...) of the fixture 'sealrace' for each",
            pytrace=False,
        )
    (mark,) = marks
    try:
        asked = Asked(*mark.args, **mark.kwargs)
    except TypeError as error:
        wrong = str(error).removeprefix("Asked.__init__() ")
        pytest.fail(f"@pytest.mark.sealrace: {wrong}\n  see: pytest --markers", pytrace=False)
    problem = problem_of(asked)
    if problem:
        pytest.fail(f"@pytest.mark.sealrace: {problem}\n  see: pytest --markers", pytrace=False)
    models = (asked.models,) if isinstance(asked.models, str) else tuple(asked.models)
    return Asked(**{**vars(asked), "models": models})


def _has_model(item: Any) -> bool:
    """Whether a test is the one of a mark for some model."""
    return _MODEL in getattr(getattr(item, "callspec", None), "params", {})


def _model_of(item: Any) -> str:
    model: str = item.callspec.params[_MODEL]
    return model


def _explored(item: pytest.Function) -> Explored:
    """What the mark of a test asks for, explored once."""
    known = item.stash.get(_EXPLORED, None)
    if known is None:
        from explorer.testing.explored import explored_for

        asked = _asked(item)
        assert asked is not None
        known = item.stash[_EXPLORED] = explored_for(item, asked, _model_of(item), _out(item), _token(item.config))
    return known


def _token(config: pytest.Config) -> str | None:
    token: str | None = config.getoption("--sealrace-replay")
    return token


def _out(item: pytest.Item) -> Path:
    """The folder for the reports of a test: no other test has it, in whichever process."""
    given = item.config.getoption("--sealrace-out")
    root: Path
    if given is not None:
        root = item.config.invocation_params.dir / given
    elif hasattr(item.config, "cache") and item.config.cache is not None:
        root = item.config.cache.mkdir("sealrace")
    else:
        from tempfile import mkdtemp

        root = Path(mkdtemp(prefix="sealrace-"))
    from explorer.cli.file_name import in_file_name

    return root / in_file_name(item.nodeid)
