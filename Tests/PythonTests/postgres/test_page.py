"""The examples of Docs/postgres.md, run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hosting import hosting
from necro._database_options import DATABASE_OPTIONS
from necro.testing import TestClient
from tls_crypt import make_crypt
from tls_postgres import PASSWORD, postgres_with_tls

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "Docs/postgres.md").read_text()
NO_LIMIT = "database-statement-seconds"
BLOCKS = {
    name: text for text, name in re.findall(r"```python\n(# (\w+)\.py\n.*?)```", PAGE, re.DOTALL)
}


def test_the_page_has_the_examples() -> None:
    assert set(BLOCKS) == {"app", "encrypted", "program"}


def test_the_program_runs(postgres_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["PGHOST"], environment["PGPORT"], name = _parts(postgres_url)
    environment["PGDATABASE"], environment["PGUSER"] = name, _user(postgres_url)
    done = subprocess.run(
        [sys.executable, "-c", BLOCKS["program"]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_encrypted_program_runs(tmp_path: Path) -> None:
    crypt = make_crypt(tmp_path / "crypt")
    with postgres_with_tls(crypt) as server:
        done = subprocess.run(
            [sys.executable, "-c", BLOCKS["encrypted"]],
            cwd=crypt.folder,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "PGPORT": str(server.port),
                "PGUSER": "withtls",
                "PGPASSWORD": PASSWORD,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.stderr, done.returncode) == ("", 0)


def test_the_app_answers(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    host, port, name = _parts(postgres_url)
    for variable, value in (
        ("PGHOST", host),
        ("PGPORT", port),
        ("PGDATABASE", name),
        ("PGUSER", _user(postgres_url)),
    ):
        monkeypatch.setenv(variable, value)
    space: dict[str, Any] = {}
    exec(BLOCKS["app"], space)
    with TestClient(space["app"]) as client:
        assert client.post("/raise", json={"name": "Igor", "power": 5}).json() == 1
        assert client.get("/summon/1").json() == {"id": 1, "name": "Igor", "power": 5}
        assert client.post("/feed/1?power=3").json() == {"power": 8}
        assert client.get("/minions").json() == [{"name": "Igor"}]
        assert client.get("/summon/abc").status_code == 422


def test_the_app_is_served_with_a_private_postgres(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": None, "PGHOST": None}
    with hosting(tmp_path, BLOCKS["app"], "--dev", environment=environment) as host:
        assert host.ask("POST", "/raise", '{"name": "Igor", "power": 5}').json == 1
        assert host.get("/summon/1").json == {"id": 1, "name": "Igor", "power": 5}


def test_the_page_has_every_option_of_the_pool() -> None:
    listed = re.findall(r"^\| `--(database-\S+)` \| `(\w+)` \| ([\w ;`()]+) \|", PAGE, re.MULTILINE)
    assert [(key, name) for key, name, _ in listed] == [
        (option.key, option.name) for option in DATABASE_OPTIONS
    ]
    for option, (_, _, default) in zip(DATABASE_OPTIONS, listed, strict=True):
        assert default.split(";")[0] == (str(option.default) if option.key != NO_LIMIT else "none")


def _parts(url: str) -> tuple[str, str, str]:
    """Host, port and database of a connection string."""
    from necro.postgres._dsn import connection_parameters

    parameters = connection_parameters(url)
    return parameters.hosts[0].host, str(parameters.hosts[0].port), parameters.database


def _user(url: str) -> str:
    from necro.postgres._dsn import connection_parameters

    return connection_parameters(url).user
