"""The table of PostgreSQL's built-in types is what its generator writes."""

import postgres_types
import pytest


def test_the_table_is_up_to_date() -> None:
    folder = postgres_types.vectors()
    if folder is None:
        pytest.skip("the catalog's data is absent")
    assert postgres_types.OUTPUT.read_text() == postgres_types.table(folder)
