"""Does every statement of the store fit the migrated tables?"""

import ast
from pathlib import Path

import pytest

from pairing.tests.conftest import House

STORE = Path(__file__).parents[2] / "store"


def statements() -> list[str]:
    texts = [
        node.value.strip()
        for file in sorted(STORE.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts if text.split(" ")[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")]


async def test_every_statement_can_be_prepared_by_the_worker(house: House) -> None:
    found = statements()
    assert len(found) > 30
    async with house.stage.tables("pairing").begin() as tx:
        for sql in found:
            try:
                await tx.conn.prepare(sql)
            except Exception as error:
                pytest.fail(f"{error}: {sql}")
