"""`Docs/scribe.md` and `Examples/graveyard`, as they stand."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from necro_scribe import run

from .conftest import Project

ROOT = Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"^```(sql|python|http|console|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^(?:--|#) ([\w.]+)\n")
UNPROCESSABLE = '422 application/problem+json\n{"status": 422, ...}'
SOURCES = (str(ROOT / "Sources/Python"), str(ROOT / "Sources/Scribe"))
HOSTING = re.compile(r"hosting \S+ on (http://\S+) ")


@contextmanager  # pyright: ignore[reportDeprecated]
def hosted(folder: Path) -> Iterator[str]:
    """`necro host app.py --dev` in a folder: where it listens."""
    words = ["-m", "necro", "host", "app.py", "--dev", "--bind", "127.0.0.1:0", "--workers", "1"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(SOURCES)}
    with subprocess.Popen(
        [sys.executable, *words], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = ""
        try:
            for line in process.stderr:
                said += line
                found = HOSTING.search(line)
                if found:
                    yield found[1]
                    break
            else:
                pytest.fail(said)
        finally:
            process.terminate()
            # What it still says is read, so that it does not wait for a reader.
            process.stderr.read()


def asked(url: str, block: str) -> None:
    """Sends the request of a block and compares the response."""
    request, _, response = block.partition("\n\n")
    first, _, content = request.partition("\n")
    method, target = first.split(" ")
    words = ["curl", "-sS", "-X", method, "-w", "\n%{http_code} %{content_type}", url + target]
    if content:
        words += ["-d", content]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    document, _, status = done.stdout.rpartition("\n")
    expected, _, expected_document = response.strip().partition("\n")
    assert status == expected, done.stdout
    if expected_document.endswith(", ...}"):
        wanted = json.loads(expected_document.removesuffix(", ...}") + "}")
        assert wanted.items() <= json.loads(document).items()
    else:
        assert json.loads(document) == json.loads(expected_document)


def test_the_page(project: Project) -> None:
    project.capture.readouterr()
    app_is_written = False
    requests: list[str] = []
    for kind, content in BLOCK.findall((ROOT / "Docs/scribe.md").read_text()):
        name = FILE.match(content)
        if kind == "toml":
            project.add("pyproject.toml", content)
        elif kind in ("sql", "python") and name:
            project.add(name[1], content)
            app_is_written = app_is_written or name[1] == "app.py"
        elif kind == "python":
            # What was written, but for its heading.
            assert content in project.text("undead.py")
        elif kind == "console":
            command, _, expected = content.partition("\n")
            assert command == "$ necro scribe"
            run(str(project.folder), database=None, check=False, watch=False)
            output = project.capture.readouterr()
            assert output.err + output.out == expected
        else:
            requests.append(content)
            # All requests are to the app as it is here.
            if len(requests) == 4:
                with hosted(project.folder) as url:
                    for request in requests:
                        asked(url, request)
    assert app_is_written
    assert len(requests) == 4


def test_the_graveyard_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ROOT / "Examples/graveyard"), database=None, check=True, watch=False) == 0
    assert capsys.readouterr().out == ""


def test_the_graveyard_answers() -> None:
    with hosted(ROOT / "Examples/graveyard") as url:
        for block in (
            'POST /zombies\n{"decay_rate": 0.5, "graveyard": "Highgate"}\n\n201 application/json\n'
            '{"id": 1, "decay_rate": 0.5, "graveyard": "Highgate"}',
            'POST /zombies\n{"graveyard": "Père Lachaise"}\n\n201 application/json\n'
            '{"id": 2, "decay_rate": null, "graveyard": "Père Lachaise"}',
            "GET /summon/1\n\n200 application/json\n"
            '{"id": 1, "decay_rate": 0.5, "graveyard": "Highgate"}',
            f"GET /summon/x\n\n{UNPROCESSABLE}",
            'GET /summon/9\n\n404 application/problem+json\n{"status": 404, ...}',
            f'POST /zombies\n{{"decay_rate": 7}}\n\n{UNPROCESSABLE}',
            f'POST /zombies\n{{"rate": 7}}\n\n{UNPROCESSABLE}',
            "GET /zombies?fresher_than=0.6\n\n200 application/json\n"
            '[{"id": 1, "decay_rate": 0.5, "graveyard": "Highgate"}]',
            "GET /zombies?graveyard=Highgate&fresher_than=0.1\n\n200 application/json\n[]",
            "GET /horde\n\n200 application/json\n"
            '[{"id": 1, "decay_rate": 0.5, "graveyard": "Highgate"},'
            ' {"id": 2, "decay_rate": null, "graveyard": "Père Lachaise"}]',
            "GET /graveyards\n\n200 application/json\n"
            '[{"graveyard": "Highgate", "zombies": 1, "worst": 0.5},'
            ' {"graveyard": "Père Lachaise", "zombies": 1, "worst": null}]',
            'POST /bind\n{"name": "Igor", "soul": "pale"}\n\n200 application/json\n'
            '{"bound": "Igor", "ttl": 3600}',
        ):
            asked(url, block)


def test_the_graveyard_has_the_examples_as_users_are_shown_them() -> None:
    folder = ROOT / "Examples/graveyard"
    schema = (folder / "undead.sql").read_text()
    assert schema == (
        "-- undead.sql\nCREATE TABLE zombies (\n    id SERIAL PRIMARY KEY,\n    decay_rate REAL,\n"
        "    graveyard TEXT,\n);\n"
    )
    assert (
        (folder / "spells.sql")
        .read_text()
        .startswith(
            "-- spells.sql\n-- name: SummonZombie :one\nSELECT * FROM zombies WHERE id = {id};\n"
            "-- name: RaiseHorde :many\nSELECT * FROM zombies ORDER BY decay_rate ASC;\n"
        )
    )
