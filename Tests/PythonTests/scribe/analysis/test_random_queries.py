"""The proof on queries that are made at random; `make scribe-referee` tries more."""

from __future__ import annotations

from collections import Counter

from scribe_crypt import Crypt
from scribe_generator import made_query
from scribe_trials import try_queries

SEEDS = range(120)


def test_no_null_where_none_may_be(crypt: Crypt) -> None:
    trials = try_queries(crypt.server, dict(crypt.databases), SEEDS)
    assert trials.wrong == []
    # They are mostly understood and run, and give both kinds of columns.
    assert len(trials.refused) < len(SEEDS) / 10, trials.refused
    assert trials.failed < len(SEEDS) / 5
    assert trials.proven > len(SEEDS)
    assert trials.seen > len(SEEDS) / 2


def test_a_number_always_makes_the_same_query() -> None:
    assert [made_query(seed) for seed in SEEDS] == [made_query(seed) for seed in SEEDS]
    words = Counter(word for seed in range(400) for word in made_query(seed).split())
    for word in ("LEFT", "FULL", "LATERAL", "UNION", "OVER", "HAVING", "ROLLUP", "RETURNING"):
        assert words[word], word
