"""Where a handler's parameters come from, and what is refused when the app starts."""

# Handlers without annotations are half of what is tested here.
# pyright: basic
# mypy: allow-untyped-defs, allow-incomplete-defs

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial, wraps
from typing import Annotated, Any, Literal
from uuid import UUID

import necro
import pytest
from app_clients import client_of
from necro import _routes as kinds
from necro._routes import CompiledParameter


class Mood(Enum):
    """An enumeration of text."""

    GRIM = "grim"
    MERRY = "merry"


@dataclass
class Minion:
    """A class that text cannot carry."""

    name: str


def compiled(handler: Callable[..., object], path: str = "/") -> dict[str, CompiledParameter]:
    """The compiled parameters of a handler, by name."""
    app = necro.App()
    app.route(path, methods=["POST"])(handler)
    (route,) = app.compile(necro.State())
    return {parameter.name: parameter for parameter in route.parameters}


def refusal(handler: Callable[..., object], path: str = "/") -> str:
    """The start-up error that a handler gets, which is one line."""
    with pytest.raises(necro.StartupError) as caught:
        compiled(handler, path)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"POST {path} ({handler.__module__}."), line
    return line


def test_a_name_in_the_path_is_a_path_parameter_with_the_index_of_its_capture() -> None:
    async def handler(b: int, a, c: float, d: bool) -> None: ...

    found = compiled(handler, "/{a}/{b}/{c}/{d}")
    assert found["a"].kind == kinds.PATH
    assert found["a"].data == (0, None)
    assert found["b"].data == (1, int)
    assert found["c"].data == (2, float)
    index, convert = found["d"].capture
    assert index == 3
    assert convert is not None
    assert convert("true") is True


def test_each_special_name_has_its_kind() -> None:
    state = necro.State()

    async def handler(body, request, headers, cookies, query, state) -> None: ...

    app = necro.App()
    app.post("/")(handler)
    (route,) = app.compile(state)
    assert [parameter.kind for parameter in route.parameters] == [
        kinds.BODY,
        kinds.REQUEST,
        kinds.DERIVED,
        kinds.DERIVED,
        kinds.DERIVED,
        kinds.CONSTANT,
    ]
    assert route.parameters[5].data is state


def test_the_public_types_inject_under_any_name() -> None:
    async def handler(s: necro.State, h: necro.Headers, q: necro.QueryParameters) -> None: ...

    found = compiled(handler)
    assert [found[name].kind for name in "shq"] == [kinds.CONSTANT, kinds.DERIVED, kinds.DERIVED]


def test_body_and_request_annotations_inject_under_any_name() -> None:
    body_type, request_type = necro.Body, necro.Request

    async def handler(b, r) -> None: ...

    handler.__annotations__.update(b=body_type, r=request_type)
    found = compiled(handler)
    assert found["b"].kind == kinds.BODY
    assert found["r"].kind == kinds.REQUEST


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (Any, kinds.BODY),
        (bytes, kinds.BODY_BYTES),
        (str, kinds.BODY_STR),
        (dict, kinds.BODY_VALUE),
        (list[int], kinds.BODY_VALUE),
        (Minion, kinds.BODY_VALUE),
        (Minion | None, kinds.BODY_VALUE),
        (int, kinds.BODY_VALUE),
    ],
)
def test_a_body_has_a_kind_by_its_annotation(annotation: object, kind: int) -> None:
    async def handler(body) -> None: ...

    handler.__annotations__["body"] = annotation
    assert compiled(handler)["body"].kind == kind


def test_a_body_with_a_default_may_be_empty() -> None:
    app = necro.App()

    @app.post("/")
    async def handler(body: Minion | None = None) -> str:
        return body.name if body else "nobody"

    client = client_of(app)
    assert client.request("POST", "/").content == b"nobody"
    assert client.post("/", json={"name": "Ann"}).content == b"Ann"


def test_mappings_may_be_annotated_as_such() -> None:
    async def handler(headers: Mapping[str, str], query: necro.QueryParameters) -> None: ...

    assert [p.kind for p in compiled(handler).values()] == [kinds.DERIVED] * 2


def test_query_parameters_are_converted_by_their_annotation() -> None:
    app = necro.App()

    @app.get("/")
    async def handler(
        n: int,
        mood: Mood,
        which: Literal["a", "b"],
        key: UUID,
        price: Decimal,
        flag: bool,
        on: int | None = None,
    ) -> list[str]:
        return [repr(value) for value in (n, mood, which, key.int, price, flag, on)]

    target = "/?n=-7&mood=grim&which=b&key=00000000-0000-0000-0000-000000000001&price=1.50&flag=on"
    values = necro.json.loads(client_of(app).get(target).content)
    assert values == ["-7", repr(Mood.GRIM), "'b'", "1", "Decimal('1.50')", "True", "None"]


def test_a_default_alone_gives_a_query_parameter_its_type() -> None:
    app = necro.App()

    @app.get("/")
    async def handler(limit=10, word=None):
        return [limit, word]

    client = client_of(app)
    assert client.get("/?limit=3&word=x").content == b'[3,"x"]'
    assert client.get("/").content == b"[10,null]"
    assert client.get("/?limit=x").status_code == 422


def test_a_repeated_query_parameter_gives_every_value_in_order() -> None:
    app = necro.App()

    @app.get("/")
    async def handler(n: list[int], words: tuple[str, ...] = ()) -> list[object]:
        return [n, words]

    client = client_of(app)
    assert client.get("/?n=2&n=1&words=a").content == b'[[2,1],["a"]]'
    response = client.get("/?n=1&n=x&n=y")
    errors = necro.json.loads(response.content)["errors"]
    assert [error["location"] for error in errors] == [["query", "n", 1], ["query", "n", 2]]


def test_a_default_list_is_not_shared_between_requests() -> None:
    app = necro.App()

    @app.get("/")
    async def handler(n: list[int] = []) -> list[int]:  # noqa: B006
        n.append(1)
        return n

    client = client_of(app)
    assert client.get("/").content == client.get("/").content == b"[1]"


def test_markers_reach_other_names_in_both_styles() -> None:
    app = necro.App()

    @app.get("/{id}")
    async def handler(
        grave: Annotated[int, necro.Path(alias="id")],
        where: Annotated[str, necro.Query(alias="state")] = "open",
        user_agent: str = necro.Header("none"),
        tags: list[str] = necro.Header((), alias="X-Tag"),
        session: str = necro.Cookie("", alias="sid"),
        body_: Annotated[int, necro.Query(1, alias="body")] = 2,
        bare: Annotated[str, necro.Query] = "bare",
    ) -> list[object]:
        return [grave, where, user_agent, list(tags), session, body_, bare]

    client = client_of(app)
    assert client.get("/7").content == b'[7,"open","testclient",[],"",2,"bare"]'
    headers = [("User-Agent", "wisp"), ("x-tag", "a"), ("x-tag", "b"), ("cookie", "a=1; sid=s")]
    response = client.get("/7?state=shut&body=3", headers=headers)
    assert response.content == b'[7,"shut","wisp",["a","b"],"s",3,"bare"]'


def test_one_handler_serves_a_path_with_and_without_its_parameter() -> None:
    app = necro.App()

    @app.get("/")
    @app.get("/{page}")
    async def handler(page: int = 1) -> int:
        return page

    client = client_of(app)
    assert [client.get(target).content for target in ("/", "/?page=2", "/3")] == [b"1", b"2", b"3"]


def test_keyword_only_parameters_are_named() -> None:
    app = necro.App()

    @app.get("/{a}")
    async def handler(a: int, /, b: int = 1, *, c: int = 2) -> list[int]:
        return [a, b, c]

    client = client_of(app)
    assert app.compile(necro.State())[0].keywords == ("c",)
    assert client.get("/1?b=5&c=6").content == b"[1,5,6]"


def test_partials_wrappers_methods_and_callable_objects_are_handlers() -> None:
    class Crypt:
        async def __call__(self, n: int) -> int:
            return n

        async def method(self, n: int) -> int:
            return n + 1

    async def add(n: int, m: int = 0) -> int:
        return n + m

    @wraps(add)
    def logged(*arguments: Any, **keywords: Any) -> Any:
        return add(*arguments, **keywords)

    app = necro.App()
    app.get("/object", name="object")(Crypt())
    app.get("/method")(Crypt().method)
    app.get("/partial", name="partial")(partial(add, m=40))
    app.get("/wrapped")(logged)
    client = client_of(app)
    answers = [client.get(f"/{name}?n=2&m=1").content for name in ("object", "method", "wrapped")]
    assert answers == [b"2", b"3", b"3"]
    # What a partial holds is not the client's to change.
    assert client.get("/partial?n=2&m=1").content == b"42"


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    async def handler(reqest): ...

    line = refusal(handler)
    assert line.endswith("parameter 'reqest': nothing has this name; did you mean 'request'?")

    async def other(idd): ...

    assert "did you mean 'id'?" in refusal(other, "/summon/{id}")

    async def third(zzz): ...

    assert refusal(third).endswith("and it has neither annotation nor default")


def test_queries_that_are_not_written_are_refused_with_what_writes_them() -> None:
    async def handler(spells): ...  # type: ignore[no-untyped-def]

    assert "needs the module spells, which `necro scribe` writes" in refusal(handler)


def test_a_taken_name_with_another_annotation_is_refused_with_the_way_out() -> None:
    async def handler(state: str) -> None: ...

    assert 'necro.Query(alias="state")' in refusal(handler)

    async def other(request: int) -> None: ...

    assert "gives necro.Request, not int" in refusal(other)

    async def third(headers: dict[str, str]) -> None: ...

    assert "gives necro.Headers, not dict[str, str]" in refusal(third)


def test_an_annotation_that_text_cannot_carry_is_refused() -> None:
    async def handler(minion: Minion) -> None: ...

    line = refusal(handler)
    assert "text cannot be read as Minion; name the parameter 'body'" in line

    async def other(id: list[int]) -> None: ...

    assert "text cannot be read as list[int]" in refusal(other, "/{id}")


def test_an_annotation_that_names_nothing_is_refused() -> None:
    async def handler(n) -> None: ...

    handler.__annotations__["n"] = "Nowhere"
    assert "parameter 'n': its annotation names 'Nowhere'" in refusal(handler)


def test_a_result_annotation_that_names_nothing_is_of_no_consequence() -> None:
    async def handler(): ...

    handler.__annotations__["return"] = "Nowhere"
    assert compiled(handler) == {}


def test_star_parameters_are_refused() -> None:
    async def handler(*names: str) -> None: ...

    assert "parameter '*names': name each parameter" in refusal(handler)

    async def other(**names: str) -> None: ...

    assert "parameter '**names'" in refusal(other)


def test_a_second_body_is_refused() -> None:
    async def handler(body, payload) -> None: ...

    handler.__annotations__["payload"] = necro.Body
    assert "parameter 'payload': the body already goes to 'body'" in refusal(handler)


def test_a_path_marker_that_names_no_segment_is_refused() -> None:
    async def handler(grave: int = necro.Path(alias="ib")) -> None: ...

    assert "the path has no {ib}; did you mean 'id'?" in refusal(handler, "/{id}")
