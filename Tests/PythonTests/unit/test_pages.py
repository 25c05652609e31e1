"""The examples of the pages in `Docs` and `Examples/hello` run as they stand.

A page is read from top to bottom. A `python` block is a whole app; an `http` block after it is a
request and, after an empty line, the response it must get; a `console` block is a command, with the
`toml` block before it as pyproject.toml, and what it says. `...` in an expected document stands for
members that are left out.
"""

# What JSON holds has no type that a checker knows.
# pyright: basic

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import necro
import pytest
from app_clients import client_of
from necro._cli import main
from necro.testing import TestClient

ROOT = Path(__file__).parents[3]

BLOCK = re.compile(r"^```(python|http|console|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[int, str, str, str]]:
    """Line, kind and text of every block, and the text of the app it belongs to."""
    text = (ROOT / page).read_text()
    found: list[tuple[int, str, str, str]] = []
    app = ""
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        kind, content = match.groups()
        if kind in ("python", "toml"):
            app = content
        found.append((line, kind, content, app))
    return found


PAGES = {
    name: blocks(f"Docs/{name}.md")
    for name in ("handlers", "injection", "middleware", "modules", "configuration", "json")
}


@pytest.fixture
def module() -> Iterator[ModuleType]:
    """An empty module named `app`."""
    before = sys.modules.get("app")
    made = ModuleType("app")
    sys.modules["app"] = made
    yield made
    del sys.modules["app"]
    if before is not None:
        sys.modules["app"] = before


def client_of_source(source: str, module: ModuleType) -> TestClient:
    """A client of the app in a source text, which is not started yet."""
    exec(compile(source, "app.py", "exec"), vars(module))
    app: necro.App = vars(module)["app"]
    return client_of(app)


def parted(lines: list[str]) -> tuple[str, list[tuple[str, str]], str]:
    """The first line, the header fields and the content of a message."""
    first, *rest = lines
    headers: list[tuple[str, str]] = []
    while rest and re.match(r"[\w-]+: ", rest[0]):
        name, _, value = rest.pop(0).partition(": ")
        headers.append((name, value))
    return first, headers, "\n".join(rest)


def assert_document(content: bytes, expected: str) -> None:
    """Compares JSON documents; `...` stands for members that are left out."""
    is_part = "..." in expected
    wanted = json.loads(expected.replace(", ...", ""))
    found = json.loads(content)
    if is_part:
        assert_part(found, wanted)
    else:
        assert found == wanted


def assert_part(found: Any, wanted: Any) -> None:
    """Every member that is wanted is there."""
    if isinstance(wanted, dict):
        for key in wanted:
            assert_part(found[key], wanted[key])
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            assert_part(one, other)
    else:
        assert found == wanted


@pytest.mark.parametrize(
    ("exchange", "source"),
    [
        pytest.param(text, app, id=f"{page} line {line}")
        for page, found in PAGES.items()
        for line, kind, text, app in found
        if kind == "http"
    ],
)
def test_an_exchange_of_the_page_is_as_it_says(
    exchange: str, source: str, module: ModuleType
) -> None:
    sent, _, received = exchange.partition("\n\n")
    first, headers, body = parted(sent.splitlines())
    method, target = first.split(" ")
    with client_of_source(source, module) as client:
        response = client.request(method, target, content=body.encode(), headers=headers)
    first, headers, content = parted(received.splitlines())
    status, _, content_type = first.partition(" ")
    assert response.status_code == int(status), response.content
    assert response.headers.get("content-type") == (content_type or None)
    for name, value in headers:
        assert response.headers.get(name) == value
    if content_type.endswith("json"):
        assert_document(response.content, content)
    else:
        assert response.content.decode() == content


def test_the_upload_of_the_page_is_read(module: ModuleType) -> None:
    """Its content has empty lines, which a block of the page ends with."""
    (source,) = {app for _, _, _, app in PAGES["handlers"] if "message_from_bytes" in app}
    octets = bytes(range(256))
    part = b'--x\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    content = (
        part % (b"title", b"", b"Igor")
        + part % (b"portrait", b'; filename="a b.png"\r\ncontent-type: image/png', octets)
        + b"--x--\r\n"
    )
    with client_of_source(source, module) as client:
        kind = {"content-type": "multipart/form-data; boundary=x"}
        response = client.post("/portraits", content=content, headers=kind)
        assert response.json() == [
            {"field": "title", "file": None, "octets": 4},
            {"field": "portrait", "file": "a b.png", "octets": 256},
        ]
        for wrong in ("text/plain", "multipart/form-data"):
            headers = {"content-type": wrong}
            assert client.post("/portraits", content=content, headers=headers).status_code == 415


@pytest.mark.parametrize(
    ("session", "source"),
    [
        pytest.param(text, app, id=f"{page} line {line}")
        for page, found in PAGES.items()
        for line, kind, text, app in found
        if kind == "console"
    ],
)
def test_a_command_of_the_page_says_what_it_says(
    session: str,
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    is_app = "necro.App()" in source
    (tmp_path / ("app.py" if is_app else "pyproject.toml")).write_text(source)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "app", raising=False)
    command, expected = session.split("\n", 1)
    variables, _, arguments = command.removeprefix("$ ").partition("necro ")
    for variable in variables.split():
        monkeypatch.setenv(*variable.split("=", 1))
    try:
        status = main(arguments.split(" "))
    finally:
        sys.modules.pop("app", None)
    said = capsys.readouterr()
    if expected.endswith("\n...\n"):
        expected = expected.removesuffix("...\n")
        assert said.out.startswith(expected)
        return
    assert (said.out, said.err) == ((expected, "") if status == 0 else ("", expected))


@pytest.mark.parametrize("page", PAGES)
def test_every_app_of_a_page_is_shown_at_work(page: str) -> None:
    kinds = [kind for _, kind, _, _ in PAGES[page]]
    assert "python" in kinds or "toml" in kinds
    for kind, after in zip(kinds, [*kinds[1:], "python"], strict=True):
        assert (kind, after) != ("python", "python")


def test_the_first_app_of_the_readme_answers_as_its_comments_say(module: ModuleType) -> None:
    text = (ROOT / "README.md").read_text()
    source = re.findall(r"^```python\n# app\.py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    first, _, _ = text.partition("## From SQL to a typed response")
    asked = re.findall(r"^    curl -s localhost:8000(/\S*) +# (.*)$", first, re.MULTILINE)
    assert (len(source), len(asked)) == (1, 2)
    with client_of_source(source[0], module) as client:
        assert client.get("/").json() == {"data": "the dead rise"}
        for target, says in asked:
            response = client.get(target)
            if says.startswith("{"):
                assert (response.status_code, response.text) == (200, says)
            else:
                found = re.fullmatch(r"(\d+), saying what is wrong with `(\w+)`", says)
                assert found is not None
                assert response.status_code == int(found[1])
                assert response.json()["errors"][0]["location"][-1] == found[2]


def test_no_page_has_python_that_is_not_run() -> None:
    # Those that have tests of their own.
    others = {"asyncio", "testing", "postgres", "redict", "scribe", "tls"}
    with_python = {
        page.stem for page in (ROOT / "Docs").glob("*.md") if "```python\n" in page.read_text()
    }
    assert with_python - others <= PAGES.keys()
    assert (ROOT / "README.md").read_text().count("```python\n") == 1


def test_the_hello_example_answers_as_its_comments_say(
    module: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    with client_of_source((ROOT / "Examples/hello/app.py").read_text(), module) as client:
        assert client.get("/").json() == {"data": "the dead rise"}
        assert client.get("/graves/1").json() == {"number": 1, "name": "Mortimer"}
        assert client.get("/graves/x").status_code == 422
        assert client.get("/graves/9").status_code == 404
        assert client.get("/graves?limit=1&letter=L").json() == ["Lenore"]
        assert client.post("/raise", json={"name": "Ann"}).status_code == 201
        assert client.post("/raise", json={}).status_code == 422
        assert client.post("/echo", content=b"\x00\xff").content == b"\x00\xff"
        assert client.get("/crypt/a/b").content == b"you stand before a/b"
        assert client.get("/door").status_code == 403
        assert client.get("/door", headers={"x-password": "mellon"}).status_code == 307
        assert client.delete("/graves/1").status_code == 204
        assert client.get("/graves/1").status_code == 404
        assert client.get("/omen").status_code == 500
        assert "a raven spoke" in caplog.text
