"""The queries of Docs/nullability.md give what the page says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import necro.postgres as pg
from necro_scribe._analysis import Analyst
from scribe_queries import cases_of

PAGE = Path(__file__).resolve().parents[4] / "Docs" / "nullability.md"
BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page(postgres_url: str) -> None:
    schema, *examples = BLOCK.findall(PAGE.read_text())
    wrong: list[str] = []

    async def main() -> int:
        seen = 0
        async with pg.connect(postgres_url) as database, database.connection() as connection:
            await connection.script(schema)
            analyst = Analyst(connection)
            for example in examples:
                for case in cases_of(example, "page", is_held_out=False):
                    facts = await analyst.statement(case.sql)
                    found = [(each.name, each.type.name, each.nullable) for each in facts.columns]
                    wanted = [(each.name, each.type, not each.is_proven) for each in case.columns]
                    if found != wanted:
                        wrong.append(f"{case.sql}: {found}")
                    seen += 1
        return seen

    seen = asyncio.run(main())
    assert wrong == []
    assert seen == PAGE.read_text().count("-- =>")
