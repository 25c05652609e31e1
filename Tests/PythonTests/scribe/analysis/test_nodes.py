"""Reading the text of stored trees."""

from __future__ import annotations

import pytest
from necro_scribe._nodes import Node, NodeFault, read_nodes, walked


def read(text: str) -> Node:
    value = read_nodes(text)
    assert isinstance(value, Node)
    return value


def test_fields() -> None:
    node = read('{VAR :varno 1 :varattno -2 :is true :name a\\ b :empty <> :text "" :list (i 1 2)}')
    assert node.tag == "VAR"
    assert node.number("varno") == 1
    assert node.number("varattno") == -2
    assert node.flag("is")
    assert node.text("name") == "a b"
    assert node.text("empty") is None
    assert node.text("text") == ""
    assert node.numbers("list") == [1, 2]
    assert node.number("missing") == 0
    assert not node.has("missing")
    assert not node.has("text")


def test_names_that_look_like_something_else() -> None:
    node = read(
        '{ALIAS :aliasname :colon :colnames ("a\\(b\\)" "c\\}d" "\\<>" "\\{x\\}" "e\\"f" ":g")}'
    )
    assert node.text("aliasname") == ":colon"
    assert node.words("colnames") == ["a(b)", "c}d", "<>", "{x}", 'e"f', ":g"]


def test_nested_nodes_and_lists() -> None:
    node = read("{A :b {C :d 1} :e ({F :g <>} <> ({H :i 2}))}")
    inner = node.node("b")
    assert inner is not None
    assert inner.number("d") == 1
    assert [each.tag for each in node.nodes("e")] == ["F"]
    assert sorted(each.tag for each in walked(node)) == ["A", "C", "F", "H"]


def test_a_datum() -> None:
    node = read("{CONST :consttype 25 :constvalue 6 [ 24 0 0 0 -120 37 ] :location 3}")
    assert node.words("constvalue") == ["24", "0", "0", "0", "-120", "37"]
    assert node.number("location") == 3


def test_the_same_expression_has_the_same_key() -> None:
    one = read("{OPEXPR :opno 96 :args ({VAR :varno 1 :location 4}) :location 9}")
    other = read("{OPEXPR :opno 96 :args ({VAR :varno 1 :location 70}) :location 99}")
    assert one.key == other.key
    assert one.key != read("{OPEXPR :opno 96 :args ({VAR :varno 2 :location 4})}").key


@pytest.mark.parametrize(
    "text",
    ["", "{", "{A", "{A :b", "{A :b }", "{A b 1}", "(", "(1", ")", "}", "{A} {B}", "{A :b 1 [ 2"],
)
def test_texts_that_are_none(text: str) -> None:
    with pytest.raises(NodeFault):
        read_nodes(text)


def test_deep_nesting() -> None:
    value = read_nodes("(" * 100_000 + ")" * 100_000)
    depth = 0
    while isinstance(value, list):
        depth += 1
        value = value[0] if value else None
    assert depth == 100_000
    with pytest.raises(NodeFault):
        read_nodes("(" * 100_000)
