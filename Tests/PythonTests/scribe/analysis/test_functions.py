"""Functions that are held not to return NULL do not, of values at the edges of their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import necro.postgres as pg
import pytest
from necro_scribe._catalog import Catalog, Function, read_catalog
from necro_scribe._nullability_functions import (
    is_never_null,
    is_null_of_first,
    is_null_only_of_nulls,
    is_part_of_all_times,
    never_null_of_values,
)
from scribe_crypt import Crypt
from scribe_samples import SAMPLES, Calls, calls_of

FEWEST_FUNCTIONS = 300
FEWEST_OPERATORS = 500
PARTS = [
    "century",
    "day",
    "decade",
    "dow",
    "doy",
    "epoch",
    "hour",
    "isodow",
    "isoyear",
    "julian",
    "microseconds",
    "millennium",
    "milliseconds",
    "minute",
    "month",
    "quarter",
    "second",
    "timezone",
    "week",
    "year",
]


@pytest.fixture(scope="module")
def catalog(crypt: Crypt) -> Catalog:
    """The catalogs of the server."""
    found: list[Catalog] = []

    async def look(connection: pg.Connection) -> None:
        found.append(await read_catalog(connection))

    crypt.run_connected(look)
    return found[0]


@pytest.fixture(scope="module")
def calls(crypt: Crypt) -> Iterator[Calls]:
    """A connection that runs calls."""
    opened = Calls(crypt.url)
    yield opened
    opened.close()


def _tried(functions: Mapping[str, Function], calls: Calls, *, nulls: bool = False) -> int:
    """How many functions gave a value; fails where one of them gave NULL."""
    found: dict[str, str] = {}
    tried = 0
    for name, function in functions.items():
        done, null = calls.run(calls_of(function.name, function.arguments, nulls=nulls))
        tried += done > 0
        if null is not None:
            found[name] = null
    assert found == {}
    return tried


def test_functions_of_values(catalog: Catalog, calls: Calls) -> None:
    functions = {
        each.signature: each
        for each in catalog.functions.values()
        # They change something, or wait.
        if never_null_of_values(each) and each.name not in ("nextval", "setval", "currval")
    }
    assert _tried(functions, calls) >= FEWEST_FUNCTIONS


def test_operators(catalog: Catalog, calls: Calls) -> None:
    functions = {
        f"{name} {function.signature}": function
        for name, code in catalog.operators.values()
        if (function := catalog.functions.get(code))
        and never_null_of_values(function, name or "no")
    }
    assert _tried(functions, calls) >= FEWEST_OPERATORS


def test_functions_of_anything(catalog: Catalog, calls: Calls) -> None:
    functions = {
        each.signature: each
        for each in catalog.functions.values()
        if is_never_null(each) and each.arguments and "any" not in each.arguments
    }
    assert _tried(functions, calls, nulls=True) >= 10
    of_any = ("concat", "json_build_array", "jsonb_build_array", "num_nulls", "num_nonnulls")
    assert calls.run([f"{name}(NULL, NULL, 1)" for name in of_any]) == (len(of_any), None)
    empty = ("concat('')", "json_build_object()", "jsonb_build_object('a', NULL)", "now()")
    assert calls.run(empty) == (len(empty), None)


def test_functions_that_are_null_where_the_first_argument_is(calls: Calls) -> None:
    given = [
        "concat_ws(',', NULL, NULL)",
        "format('%s', NULL)",
        "format('%2$s', NULL, NULL)",
        "string_to_array('', NULL)",
        "string_to_array('abc', NULL)",
        "string_to_array('abc', NULL, NULL)",
        "string_to_array('abc', 'b', NULL)",
        "array_remove('{1,NULL}'::int[], NULL)",
        "array_remove('{}'::int[], 1)",
        "array_replace('{1,NULL}'::int[], NULL, NULL)",
    ]
    assert calls.run(given) == (len(given), None)


def test_functions_that_are_null_where_all_arguments_are(catalog: Catalog, calls: Calls) -> None:
    assert [each.name for each in catalog.functions.values() if is_null_only_of_nulls(each)] == [
        "array_cat"
    ]
    given = ["array_cat('{}'::int[], NULL)", "array_cat(NULL, '{1}'::int[])"]
    assert calls.run(given) == (len(given), None)


def test_parts_of_times(catalog: Catalog, calls: Calls) -> None:
    tried = 0
    for function in catalog.functions.values():
        if function.name not in ("extract", "date_part") or not function.is_builtin:
            continue
        of = function.arguments[-1]
        for part in PARTS:
            if not is_part_of_all_times(function, part, catalog.version):
                continue
            texts = [
                f"pg_catalog.{function.name}('{part}', '{each}'::{of})" for each in SAMPLES[of]
            ]
            done, null = calls.run([each.replace("extract", '"extract"') for each in texts])
            assert null is None
            tried += done > 0
    assert tried > 60


def test_what_gives_null_is_not_held_not_to(catalog: Catalog) -> None:
    known = {each.signature: each for each in catalog.functions.values() if each.is_builtin}
    for name in (
        "array_length(_any,int4)",
        "lower(anyrange)",
        "time(timestamp)",
        "jsonb_array_element(jsonb,int4)",
        "to_char(timestamp,text)",
        "substring(text,text)",
        "to_number(text,text)",
        "regexp_match(text,text)",
        "scale(numeric)",
    ):
        function = known.get(name)
        assert function is None or not never_null_of_values(function), name
    assert not is_null_of_first(known["lower(text)"])


def test_a_function_of_a_user_is_not_known(catalog: Catalog) -> None:
    own = next(each for each in catalog.functions.values() if each.name == "shout")
    assert own.is_strict
    assert not never_null_of_values(own)
    assert not is_never_null(own)
