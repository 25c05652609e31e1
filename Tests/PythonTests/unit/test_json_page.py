"""The sessions of `Docs/json.md` say what they show; its apps are run by test_pages."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "Docs/json.md"


def test_the_sessions_say_what_they_show() -> None:
    sessions = re.findall(r"^```pycon\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(sessions) >= 7
    session = doctest.DocTestParser().get_doctest("".join(sessions), {}, PAGE.name, str(PAGE), 0)
    assert len(session.examples) >= 15
    said: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=said.append)
    assert results.failed == 0, "".join(said)
