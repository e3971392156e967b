"""What pytest loads: options, fixtures, and the files whose tests write themselves.

Everything else is imported when a fixture or such a file is met, so that other test suites do not pay for it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    import psycopg

    from toolkit.client import AsyncDatabase, Database
    from toolkit.testing.databases import Databases, Lease
    from toolkit.testing.items import Collector

_SUFFIXES = (".sql", ".py", ".toml", ".contract")
_COLLECTOR: "pytest.StashKey[Collector | str | None]" = pytest.StashKey()  # a text: why there is none
_SHARED: "pytest.StashKey[str]" = pytest.StashKey()
_LEASE: "pytest.StashKey[Lease]" = pytest.StashKey()
_ALL = "all"
_FOLDER = "toolkit_folder"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin, and what stands for them in the ini file."""
    group = parser.getgroup("toolkit", "databases and SQL of cqrs-toolkit")
    group.addoption(
        "--toolkit-checks",
        metavar="NAMES",
        help="Checks of the SQL that become tests: all, none, or names with commas between (default: all).",
    )
    group.addoption(
        "--toolkit-base",
        metavar="REF",
        help="Git reference whose clients must still work after new revisions.",
    )
    group.addoption(
        "--toolkit-keep",
        action="store_true",
        help="Keep the database of a failed test, and print how to connect to it.",
    )
    parser.addini("toolkit_checks", "What --toolkit-checks says, where that is not given.", default=_ALL)
    parser.addini("toolkit_base", "What --toolkit-base says, where that is not given.", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker, and watch for failed tests where their databases are kept."""
    config.addinivalue_line(
        "markers", "toolkit(check): a test of a project's SQL that wrote itself, by the name of its check"
    )
    if config.getoption("toolkit_keep"):
        config.pluginmanager.register(_Watch(), "toolkit-keep")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - of pytest-xdist, which need not be there
    """Give the workers of pytest-xdist a folder in common, which goes away with the run."""
    config: pytest.Config = node.config
    if _SHARED not in config.stash:
        config.stash[_SHARED] = mkdtemp(prefix="cqrs-toolkit-run-")
        config.add_cleanup(partial(rmtree, config.stash[_SHARED], ignore_errors=True))
    node.workerinput[_FOLDER] = config.stash[_SHARED]


class _Watch:
    """Keeps the database of a failed test."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add to the report of a failed test how to connect to its database."""
        report = yield
        if report.failed and _LEASE in item.stash:
            lease = item.stash[_LEASE]
            del item.stash[_LEASE]
            report.sections.append(("database of the test", lease.keep()))
        return report


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the files of a project's SQL, its history and its contract."""
    if not file_path.name.endswith(_SUFFIXES):
        return None
    config = parent.config
    if _COLLECTOR not in config.stash:
        try:
            config.stash[_COLLECTOR] = _make_collector(config)
        except pytest.UsageError as error:  # pytest would show where it was raised
            config.stash[_COLLECTOR] = str(error)
    collector = config.stash[_COLLECTOR]
    if isinstance(collector, str):
        return _Refused.of(parent, file_path, collector) if file_path.suffix == ".sql" else None
    return collector.collect(file_path, parent) if collector else None


def _make_collector(config: pytest.Config) -> "Collector | None":
    """Return what collects, None where there is no project or nothing is wanted of it."""
    checks = config.getoption("toolkit_checks") or config.getini("toolkit_checks")
    file = config.rootpath / "pyproject.toml"
    if checks == "none" or not file.is_file() or "[tool.toolkit]" not in file.read_text(encoding="utf-8"):
        return None
    base = config.getoption("toolkit_base") or config.getini("toolkit_base") or None
    shared = getattr(config, "workerinput", {}).get(_FOLDER)
    made: Collector = _module("items").Collector(config, checks, base, Path(shared) if shared else None)
    return made


class _Refused(pytest.File):
    """Stands for a file where nothing can be collected, and says why."""

    why: str

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, why: str) -> "_Refused":
        refused: _Refused = cls.from_parent(parent, path=path)
        refused.why = why
        return refused

    def collect(self) -> NoReturn:
        raise self.CollectError(self.why)


def _module(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(f"toolkit.testing.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "toolkit":
            raise
        raise pytest.UsageError(
            f"{error.name} is missing. Install it: pip install 'cqrs-toolkit[testing]'"
        ) from error


@pytest.fixture(scope="session")
def toolkit_databases(pytestconfig: pytest.Config) -> Iterator["Databases"]:
    """Give databases of the project at pytest's root, migrated to the head of its revisions."""
    opened = _module("databases").open_databases(pytestconfig.rootpath)
    with ExitStack() as stack:
        try:
            databases = stack.enter_context(opened)
        except import_module("toolkit.errors").ToolkitError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        yield databases


@pytest.fixture
def database(
    request: pytest.FixtureRequest, toolkit_databases: "Databases"
) -> Iterator["psycopg.Connection | None"]:
    """Give a connection to a migrated database, in a transaction that is rolled back after the test.

    Constraints that are deferred are asked before. What a transaction can't take back stays: sequences go on,
    session locks are held. A test that commits, or needs a second session, takes fresh_database.
    """
    with toolkit_databases.shared() as lease:
        request.node.stash[_LEASE] = lease
        yield lease.connection


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, toolkit_databases: "Databases") -> Iterator[str]:
    """Give the conninfo of a migrated database that only this test uses."""
    with toolkit_databases.fresh() as lease:
        request.node.stash[_LEASE] = lease
        yield lease.conninfo


@pytest.fixture
def database_client(database: "psycopg.Connection", toolkit_databases: "Databases") -> "Database":
    """Give the client that services use, on the connection and in the transaction of `database`."""
    client: Database = _module("clients").client_on(database, toolkit_databases.project.settings)
    return client


@pytest.fixture
def async_database_client(fresh_database: str, toolkit_databases: "Databases") -> "AsyncDatabase":
    """Give the asynchronous client, on a database of its own; for `async with`, which closes its pool."""
    client: AsyncDatabase = _module("clients").async_client_on(
        fresh_database, toolkit_databases.project.settings
    )
    return client


@pytest.fixture
def as_role(
    database: "psycopg.Connection",
) -> Callable[..., AbstractContextManager["psycopg.Connection"]]:
    """Give what makes a block in which the connection of `database` acts as a role.

    It takes the name of the role, such as cqrs_read, and perhaps an actor: who acts, the setting app.user_id.
    """
    make: Callable[..., AbstractContextManager[psycopg.Connection]] = _module("databases").acting
    return lambda role, actor=None: make(database, role, actor)
