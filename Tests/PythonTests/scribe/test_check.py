"""`necro scribe --check`, which needs no database."""

import pytest
from necro_scribe import run

from .conftest import Project


def check(project: Project) -> tuple[int, str, str]:
    """Runs it: status, stdout and stderr."""
    project.capture.readouterr()
    status = run(str(project.folder), database=None, check=True, watch=False)
    output = project.capture.readouterr()
    return status, output.out, output.err


def test_what_is_up_to_date_is_silent(graveyard: Project) -> None:
    assert check(graveyard) == (0, "", "")


def test_a_changed_query_is_shown_as_a_diff(graveyard: Project) -> None:
    graveyard.add("spells.sql", graveyard.text("spells.sql").replace("decay_rate ASC", "id"))
    status, out, err = check(graveyard)
    assert status == 1
    assert (
        "-SELECT * FROM zombies ORDER BY decay_rate ASC;\n+SELECT * FROM zombies ORDER BY id;"
        in out
    )
    assert err == "necro scribe: out of date: run `necro scribe` and commit what it writes\n"


def test_a_module_that_was_changed_by_hand_is_shown_as_a_diff(graveyard: Project) -> None:
    graveyard.add("undead.py", graveyard.text("undead.py").replace("    id: int", "    id: str"))
    status, out, _ = check(graveyard)
    assert status == 1
    assert "-    id: str\n+    id: int\n" in out


@pytest.mark.parametrize("name", ["undead.py", "spells.py"])
def test_a_module_that_is_gone_is_shown(graveyard: Project, name: str) -> None:
    (graveyard.folder / name).unlink()
    status, out, _ = check(graveyard)
    assert status == 1
    assert f"+++ {name}" in out


@pytest.mark.parametrize("text", [None, "{", "[]", '{"version": 0}'])
def test_a_lock_that_is_none_is_out_of_date(graveyard: Project, text: str | None) -> None:
    if text is None:
        (graveyard.folder / "scribe.lock").unlink()
    else:
        graveyard.add("scribe.lock", text)
    status, out, _ = check(graveyard)
    assert status == 1
    assert out.startswith("scribe.lock ")


def test_a_new_file_and_changed_settings_are_shown(graveyard: Project) -> None:
    graveyard.add("pyproject.toml", "[tool.necro.scribe]\nnull_elements = false\n")
    status, out, _ = check(graveyard)
    assert (status, out) == (1, "[tool.necro.scribe] has changed: run `necro scribe`\n")


def test_faults_of_the_text_need_no_database(graveyard: Project) -> None:
    graveyard.add("spells.sql", "-- name: A :wun\nSELECT 1;")
    status, _, err = check(graveyard)
    assert (status, err.split("\n")[0]) == (1, "spells.sql:1:12: there is no kind :wun")
