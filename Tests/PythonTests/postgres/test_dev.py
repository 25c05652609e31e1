"""`necro host --dev`: a private Postgres for an app that injects `db` where no URL names one."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Generator
from pathlib import Path

import necro._private_servers._binaries as binaries
import pytest
from hosting import Host, hosting, run_necro, write_app
from necro._cli import main as necro_main
from necro._dev import DevServers
from necro._private_servers import end_leftovers
from necro._private_servers._watcher import children_of, start_ticks

APP = """
    import os
    import necro

    app = necro.App()

    @app.on_startup
    async def prepare():
        async with necro.postgres.connect() as db:
            await db.script(
                "CREATE TABLE IF NOT EXISTS minions (id serial PRIMARY KEY, name text NOT NULL)"
            )

    @app.post("/raise")
    async def raise_dead(db, body):
        sql = "INSERT INTO minions (name) VALUES ($1) RETURNING id"
        return await db.fetch_value(sql, body.name)

    @app.get("/summon/{id}")
    def summon(db, id):
        return db.fetch_one("SELECT id, name FROM minions WHERE id = $1", id)

    @app.get("/backend")
    async def backend(db):
        return [os.environ["DATABASE_URL"], await db.fetch_value("SHOW data_directory")]
"""
NO_URL: dict[str, str | None] = {"DATABASE_URL": None, "PGHOST": None}
SAYS = r"necro: --dev: a private Postgres at (postgresql://postgres@\S+/postgres)$"


@pytest.fixture
def place() -> Generator[Path]:
    """A temporary folder of the host's, which every user can enter and with a short name."""
    folder = Path(f"/tmp/necro-dev-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    end_leftovers(folder)
    assert list(folder.iterdir()) == []
    folder.rmdir()


def _environment(place: Path) -> dict[str, str | None]:
    return {**NO_URL, "TMPDIR": str(place)}


def _folder(place: Path) -> Path:
    """The folder of the one private server."""
    (found,) = place.iterdir()
    return found


def _processes(host: Host) -> tuple[int, int]:
    """The watcher of the host's server, and the server."""
    (watcher,) = children_of(host.process.pid)
    (server,) = children_of(watcher)
    return watcher, server


def _wait_until_gone(process: int, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while start_ticks(process) is not None or folder.exists():
        assert time.monotonic() < deadline, f"{process} or {folder} is still there"
        time.sleep(0.02)


@pytest.mark.api(
    "Postgres: --dev starts a private one where no URL names any, until the process ends"
)
def test_an_app_has_a_postgres_of_its_own_which_ends_with_the_host(
    tmp_path: Path, place: Path
) -> None:
    with hosting(tmp_path, APP, "--dev", workers=2, environment=_environment(place)) as host:
        url = host.wait_log(SAYS)[1]
        for number in range(1, 5):
            assert host.ask("POST", "/raise", f'{{"name": "Igor {number}"}}').json == number
        assert host.get("/summon/3").json == {"id": 3, "name": "Igor 3"}
        assert host.get("/backend").json == [url, f"{_folder(place)}/data"]
        folder, (_, server) = _folder(place), _processes(host)
        if os.geteuid() == 0:
            # Postgres refuses to run as root.
            assert Path(f"/proc/{server}").stat().st_uid != 0
    _wait_until_gone(server, folder)


def test_it_ends_with_a_host_that_is_killed(tmp_path: Path, place: Path) -> None:
    with hosting(tmp_path, APP, "--dev", environment=_environment(place)) as host:
        folder, (_, server) = _folder(place), _processes(host)
        host.kill()
        host.process.wait()
        _wait_until_gone(server, folder)


def test_one_left_behind_is_ended_at_the_next_start(tmp_path: Path, place: Path) -> None:
    with hosting(tmp_path, APP, "--dev", environment=_environment(place)) as host:
        folder, (watcher, server) = _folder(place), _processes(host)
        os.kill(watcher, signal.SIGKILL)
        host.kill()
        host.process.wait()
    assert start_ticks(server) is not None
    with hosting(tmp_path, APP, "--dev", environment=_environment(place)) as host:
        _wait_until_gone(server, folder)
        assert host.ask("POST", "/raise", '{"name": "Igor"}').json == 1


@pytest.mark.api("Postgres: --database names it, else DATABASE_URL")
@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_url_counts_before_it(tmp_path: Path, place: Path, postgres_url: str, by: str) -> None:
    environment = {**_environment(place), "DATABASE_URL": postgres_url}
    options = ["--dev"] if by == "variable" else ["--dev", "--database", postgres_url]
    with hosting(tmp_path, APP, *options, environment=environment) as host:
        assert host.ask("POST", "/raise", '{"name": "Igor"}').json == 1
        assert list(place.iterdir()) == []
        assert "--dev" not in host.log


def test_an_app_without_db_has_none(tmp_path: Path, place: Path) -> None:
    app = """
        import necro

        app = necro.App()

        @app.get("/")
        async def index():
            return 1
    """
    for options, environment in ((["--dev"], {}), ([], {"NECRO_DEV": "1"})):
        with hosting(
            tmp_path, app, *options, environment={**_environment(place), **environment}
        ) as host:
            assert host.get("/").json == 1
            assert list(place.iterdir()) == []


def test_where_there_is_no_postgres_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_app(tmp_path, APP)
    monkeypatch.setattr(binaries, "_postgres_folders", list[Path])
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    restored = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert necro_main(["host", "app.py", "--dev", "--bind", "127.0.0.1:0"]) == 1
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in restored.items():
            signal.signal(number, handler)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith(
        "necro: --dev: no Postgres is installed: pip install 'necro[dev]', or"
    )


def test_without_dev_an_app_that_needs_one_says_how_to_have_it(tmp_path: Path) -> None:
    write_app(tmp_path, APP)
    done = run_necro("host", "app.py", folder=tmp_path, environment=NO_URL)
    assert done.returncode == 1
    assert "set --database or DATABASE_URL, or start the host with --dev" in done.stderr
    # What only lists routes needs none.
    done = run_necro("routes", "app.py", folder=tmp_path, environment=NO_URL)
    assert (done.returncode, done.stderr) == (0, "")
    assert "/summon/{id}" in done.stdout


def test_the_help_says_what_dev_does_and_does_not(tmp_path: Path) -> None:
    done = run_necro("host", "--help", folder=tmp_path)
    said = re.sub(r"\s+", " ", done.stdout)
    assert "--dev start private, throw-away servers where the app injects db or redis" in said
    assert "there is no reload and no errors in responses yet" in said


def test_redict_is_started_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    # It is in the environment afterwards, and taken out again with the test.
    monkeypatch.setenv("REDIS_URL", "")
    servers = DevServers()
    title, url = servers.start(["redis"])["redis"]
    try:
        assert title == "Redict"
        assert os.environ["REDIS_URL"] == url
        assert Path(re.sub(r"^[a-z+]+://", "", url).partition("?")[0]).is_socket()
    finally:
        servers.close()


OPTIONS = """
    import asyncio
    import necro

    app = necro.App()

    @app.get("/sleep/{seconds}")
    async def sleep(db, seconds: float):
        try:
            await db.execute("SELECT pg_sleep($1)", seconds)
        except necro.postgres.PostgresError as error:
            return type(error).__name__
        return "slept"

    @app.get("/many")
    async def many(db):
        sql = "SELECT pg_backend_pid() FROM pg_sleep(0.1)"
        pids = await asyncio.gather(*(db.fetch_value(sql, timeout=60) for _ in range(6)))
        return len(set(pids))

    @app.get("/prepared")
    async def prepared(db):
        for number in range(6):
            await db.fetch_value(f"SELECT {number}")
        async with db.connection() as own:
            return await own.fetch_value("SELECT count(*) FROM pg_prepared_statements")

    @app.get("/full")
    async def full(db):
        async with db.connection(), db.connection():
            try:
                await db.fetch_value("SELECT 1", timeout=60)
            except necro.postgres.PoolExhausted:
                return "exhausted"

    @app.get("/kept")
    async def kept(db):
        return len(db.connections())
"""


def test_the_options_of_the_pool_are_those_of_the_host(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.necro]\ndatabase-statement-seconds = 0.2\n")
    environment = {
        "DATABASE_URL": postgres_url,
        "NECRO_DATABASE_CONNECTIONS_MAX": "2",
        "NECRO_DATABASE_WAIT_SECONDS": "100",
    }
    options = ["--database-statements-max", "0", "--database-connections-min=2"]
    options += ["--database-wait-seconds", "3"]
    with hosting(tmp_path, OPTIONS, *options, environment=environment) as host:
        assert host.get("/kept").json == 2
        assert host.get("/many").json == 2
        assert host.get("/sleep/60").text == "StatementTimeout"
        assert host.get("/sleep/0.01").text == "slept"
        assert host.get("/prepared").json == 0
        assert host.get("/full").text == "exhausted"


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("database-connections-max", "0", "a number from 1 to 65536 is expected"),
        ("database-connections-min", "x", "a number from 0 to 65536 is expected"),
        ("database-idle-seconds", "-1", "seconds from 0.001 to 86400 are expected"),
        ("database-wait-seconds", "0", "seconds from 0.001 to 86400 are expected"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, option: str, value: str, says: str) -> None:
    done = run_necro("host", "app", f"--{option}={value}", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"necro: --{option}: {says}\n"


def test_options_that_contradict_each_other_are_a_start_up_error(
    tmp_path: Path, postgres_url: str
) -> None:
    write_app(tmp_path, OPTIONS)
    environment = {"DATABASE_URL": postgres_url, "NECRO_DATABASE_CONNECTIONS_MIN": "11"}
    done = run_necro("host", "app", folder=tmp_path, environment=environment)
    assert done.returncode == 1
    assert "database-connections-min is 11, and database-connections-max only 10" in done.stderr


def test_connections_that_are_to_be_kept_are_there_at_the_start_or_the_host_ends(
    tmp_path: Path,
) -> None:
    write_app(tmp_path, OPTIONS)
    environment = {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
    options = ["--database-connections-min=1", "--bind", "127.0.0.1:0"]
    done = run_necro("host", "app", *options, folder=tmp_path, environment=environment)
    assert done.returncode == 1
    line = "necro: no connection to Postgres: 127.0.0.1:1: Connection refused\n"
    assert done.stderr.endswith(line)
    assert "Traceback" not in done.stderr
