"""The exceptions by SQLSTATE, and the generator that writes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from necro import postgres
from necro.postgres._errors import ParameterError, ServerError
from necro.postgres._sqlstates import SQLSTATES

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = ROOT / "Sources/Python/generate/sqlstates.py"
VECTORS = Path(os.environ.get("NECRO_VECTORS", ROOT.parent / "shared/vectors"))

TABLE = """sqlstate\tkind\tmacro\tcondition_name\tclass
00000\tS\tERRCODE_SUCCESSFUL_COMPLETION\tsuccessful_completion\tClass 00 - Successful Completion
23505\tE\tERRCODE_UNIQUE_VIOLATION\tunique_violation\tClass 23 - Integrity Constraint Violation
23000\tE\tERRCODE_ANY\tintegrity_constraint_violation\tClass 23 - Integrity Constraint Violation
58000\tE\tERRCODE_SYSTEM_ERROR\tsystem_error\tClass 58 - System Error
"""


def _generated(table: Path) -> str:
    return subprocess.run(
        [sys.executable, str(GENERATOR), str(table)], capture_output=True, text=True, check=True
    ).stdout


def test_the_generator_writes_a_class_for_each_error(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(TABLE)
    written = _generated(table)
    assert "class IntegrityConstraintViolation(ServerError):" in written
    assert "class UniqueViolation(IntegrityConstraintViolation):" in written
    assert "class PostgresSystemError(ServerError):" in written
    assert 'sqlstate = "23505"' in written
    assert "Successful" not in written


def test_the_committed_module_is_what_the_generator_writes() -> None:
    table = VECTORS / "postgresql/sqlstate.tsv"
    committed = (ROOT / "Sources/Python/necro/postgres/_sqlstates.py").read_text()
    # Without the table, the committed module has at least to agree with itself.
    if table.exists():
        assert _generated(table) == committed
    written = re.findall(r'class (\w+)\(\w+\):\n    sqlstate = "(\w{5})"', committed)
    assert dict(written) == {kind.__name__: code for code, kind in SQLSTATES.items()}
    assert {name for name, _ in written} <= set(postgres.__all__)


@pytest.mark.parametrize("sqlstate", sorted(SQLSTATES))
def test_each_is_below_its_class(sqlstate: str) -> None:
    kind = SQLSTATES[sqlstate]
    assert issubclass(kind, ServerError)
    of_class = SQLSTATES.get(sqlstate[:2] + "000")
    assert of_class is None or issubclass(kind, of_class)


def test_an_error_says_where_in_the_statement() -> None:
    error = SQLSTATES["42703"](
        {"V": "ERROR", "C": "42703", "M": 'column "pwoer" does not exist', "P": "8", "H": "Look."},
        "SELECT pwoer FROM minions",
    )
    assert error.position == 8
    assert str(error).splitlines() == [
        'column "pwoer" does not exist (42703)',
        "HINT: Look.",
        "LINE 1: SELECT pwoer FROM minions",
        "               ^",
    ]


def test_a_parameter_error_is_a_type_error_that_holds_its_argument() -> None:
    argument = object()
    error = ParameterError("parameter $1 is int4", 1, argument, "int4")
    assert isinstance(error, TypeError)
    assert (str(error), error.number, error.argument) == ("parameter $1 is int4", 1, argument)
