"""Every command of `necro.redict`, called: what to ask a fresh server, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isclose
from typing import Any, cast, overload

import necro.redict as nr

# What the servers that the tests find do not have, and since when it is there elsewhere.
LACKING = {
    "client_capa": "Valkey 8.0",
    "cluster_slot_stats": "Valkey 8.0",
    "script_show": "Valkey 8.0",
}
# What would end the server or the process, or leave it waiting; each has a test of its own.
ELSEWHERE = {"shutdown", "failover"}


@dataclass
class Step:
    """A call, and what comes of it: a value, a type, a class of exceptions, or what judges it."""

    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    expected: Any = None

    def judge(self, reply: object) -> bool:
        """Whether a reply is what was expected."""
        if isinstance(self.expected, type):
            return isinstance(reply, self.expected)
        if callable(self.expected):
            judge: Callable[[object], object] = self.expected
            return bool(judge(reply))
        return type(reply) is type(self.expected) and reply == self.expected


class Call:
    """`Call("get", "k") == "v"`, as a Step."""

    def __init__(self, name: str, *arguments: Any, **options: Any) -> None:
        self._name, self._arguments, self._options = name, arguments, options

    @overload
    def gives(self, expected: Callable[[Any], Any]) -> Step: ...
    @overload
    def gives(self, expected: Any) -> Step: ...
    def gives(self, expected: object) -> Step:
        """The step that this call is, with what it gives."""
        return Step(self._name, self._arguments, self._options, expected)


C = Call


def near(*expected: float) -> Callable[[Any], bool]:
    """Numbers that are as good as these."""

    def judge(reply: Any) -> bool:
        numbers = cast("tuple[float, ...]", reply if isinstance(reply, tuple) else (reply,))
        return all(isclose(a, b, rel_tol=1e-3) for a, b in zip(numbers, expected, strict=True))

    return judge


def _is(value: object, kind: type) -> bool:
    return type(value) is kind


def _has(*keys: str) -> Callable[[Any], bool]:
    return lambda reply: _is(reply, dict) and all(key in reply for key in keys)


def _list_of_dicts(*keys: str) -> Callable[[Any], bool]:
    return lambda reply: _is(reply, list) and bool(reply) and all(map(_has(*keys), reply))


def _contains(text: str) -> Callable[[Any], bool]:
    return lambda reply: isinstance(reply, str) and text in reply


def _HELP(reply: Any) -> bool:  # noqa: N802
    return _is(reply, list) and _is(reply[0], str)


_LUA = "return {KEYS[1], ARGV[1], 7}"
_LIBRARY = (
    "#!lua name=lib\n"
    "redis.register_function{function_name='f', callback=function(k, a) return {k[1], a[1]} end,"
    " flags={'no-writes'}}"
)

GROUPS: dict[str, list[Step]] = {
    "strings": [
        C("set", "k", "v").gives(True),
        C("set", "k", "w", nx=True).gives(None),
        C("set", "k", "w", xx=True, get=True).gives("v"),
        C("set", "t", 5, ex=100).gives(True),
        C("set", "t", 5, px=100_000, keepttl=False).gives(True),
        C("set", "t", 5, exat=4_000_000_000).gives(True),
        C("set", "t", 5, keepttl=True).gives(True),
        C("expiretime", "t").gives(4_000_000_000),
        C("get", "k").gives("w"),
        C("get", "none").gives(None),
        C("getdel", "k").gives("w"),
        C("getex", "t", ex=50).gives("5"),
        C("ttl", "t").gives(50),
        C("getex", "t", persist=True).gives("5"),
        C("ttl", "t").gives(-1),
        C("append", "a", "hello").gives(5),
        C("strlen", "a").gives(5),
        C("getrange", "a", 1, 3).gives("ell"),
        C("substr", "a", 0, 1).gives("he"),
        C("setrange", "a", 0, "J").gives(5),
        C("getset", "a", "new").gives("Jello"),
        C("incr", "n").gives(1),
        C("incrby", "n", 4).gives(5),
        C("decr", "n").gives(4),
        C("decrby", "n", 6).gives(-2),
        C("incrbyfloat", "n", 0.5).gives(-1.5),
        C("mset", {"m1": 1, "m2": b"2"}).gives(True),
        C("mget", "m1", "none", "m2").gives(["1", None, "2"]),
        C("msetnx", {"m1": 1, "m3": 3}).gives(False),
        C("msetnx", {"m3": 3}).gives(True),
        C("setex", "e", 100, "v").gives(True),
        C("psetex", "e", 100_000, "v").gives(True),
        C("setnx", "e", "v").gives(False),
        C("lcs", "m1", "m2").gives(""),
        C("lcs", "a", "a", len=True).gives(3),
        C("lcs", "a", "a", idx=True).gives(lambda r: r["len"] == 3 and len(r["matches"]) == 1),
        C("command", "GET", "a").gives("new"),
    ],
    "bits": [
        C("set", "b", "foobar").gives(True),
        C("bitcount", "b").gives(26),
        C("bitcount", "b", 1, 1).gives(6),
        C("bitcount", "b", 0, 3, "BIT").gives(2),
        C("bitpos", "b", 1).gives(1),
        C("bitpos", "b", 0, 1, 2).gives(8),
        C("getbit", "b", 1).gives(1),
        C("setbit", "b", 0, 1).gives(0),
        C("bitop", "NOT", "d", "b").gives(6),
        C("bitfield", "f", "SET", "u8", 0, 255, "GET", "u4", 0).gives([0, 15]),
        C("bitfield", "f", "OVERFLOW", "FAIL", "INCRBY", "u8", 0, 1).gives([None]),
        C("bitfield_ro", "f", "GET", "u8", 0).gives([255]),
    ],
    "hashes": [
        C("hset", "h", "a", 1).gives(1),
        C("hset", "h", mapping={"b": "2", "c": 3.5}).gives(2),
        C("hmset", "h", {"d": b"4"}).gives(True),
        C("hget", "h", "c").gives("3.5"),
        C("hget", "h", "x").gives(None),
        C("hgetall", "h").gives({"a": "1", "b": "2", "c": "3.5", "d": "4"}),
        C("hgetall", "none").gives({}),
        C("hmget", "h", "a", "x").gives(["1", None]),
        C("hdel", "h", "c", "d").gives(2),
        C("hexists", "h", "a").gives(True),
        C("hexists", "h", "c").gives(False),
        C("hincrby", "h", "a", 4).gives(5),
        C("hincrbyfloat", "h", "a", 0.25).gives(5.25),
        C("hkeys", "h").gives(["a", "b"]),
        C("hvals", "h").gives(["5.25", "2"]),
        C("hlen", "h").gives(2),
        C("hstrlen", "h", "a").gives(4),
        C("hsetnx", "h", "a", 1).gives(False),
        C("hrandfield", "h").gives(lambda r: r in ("a", "b")),
        C("hrandfield", "h", 2).gives(lambda r: sorted(r) == ["a", "b"]),
        C("hrandfield", "h", 2, withvalues=True).gives(
            lambda r: sorted(r) == [("a", "5.25"), ("b", "2")]
        ),
        C("hscan", "h").gives((0, {"a": "5.25", "b": "2"})),
        C("hscan", "h", match="a*", count=5).gives((0, {"a": "5.25"})),
    ],
    "lists": [
        C("rpush", "l", "a", "b", "c").gives(3),
        C("lpush", "l", "z").gives(4),
        C("lpushx", "none", "z").gives(0),
        C("rpushx", "l", "d").gives(5),
        C("llen", "l").gives(5),
        C("lrange", "l", 0, -1).gives(["z", "a", "b", "c", "d"]),
        C("lindex", "l", 1).gives("a"),
        C("lindex", "l", 99).gives(None),
        C("linsert", "l", "BEFORE", "a", "y").gives(6),
        C("lset", "l", 1, "x").gives(True),
        C("lrem", "l", 1, "x").gives(1),
        C("ltrim", "l", 0, 3).gives(True),
        C("lpos", "l", "b").gives(2),
        C("lpos", "l", "none").gives(None),
        C("lpos", "l", "b", count=0, rank=1, maxlen=9).gives([2]),
        C("lpop", "l").gives("z"),
        C("rpop", "l").gives("c"),
        C("lpop", "l", 5).gives(["a", "b"]),
        C("rpop", "l", 1).gives(None),
        C("rpush", "l", 1, 2, 3, 4, 5, 6, 7).gives(7),
        C("lmove", "l", "m", "LEFT", "RIGHT").gives("1"),
        C("rpoplpush", "l", "m").gives("7"),
        C("lmpop", "RIGHT", "none", "l", count=2).gives(("l", ["6", "5"])),
        C("lmpop", "LEFT", "none").gives(None),
        C("blmove", "l", "m", "LEFT", "LEFT", 0.01).gives("2"),
        C("brpoplpush", "l", "m", 0.01).gives("4"),
        C("brpoplpush", "none", "m", timeout=0.01).gives(None),
        C("blpop", "none", "l", timeout=0.01).gives(("l", "3")),
        C("blpop", "l", timeout=0.01).gives(None),
        C("brpop", "m", timeout=0.01).gives(("m", "1")),
        C("blmpop", "LEFT", "m", count=2, timeout=0.01).gives(("m", ["4", "2"])),
        C("blmpop", "LEFT", "none", timeout=0.01).gives(None),
        C("lpush", "t", 3, 1, 2).gives(3),
        C("sort", "t").gives(["1", "2", "3"]),
        C("sort", "t", desc=True, limit=(0, 2), alpha=True).gives(["3", "2"]),
        C("sort", "t", by="w_*", get=("#", "x_*")).gives(["1", None, "2", None, "3", None]),
        C("sort", "t", store="s").gives(3),
        C("sort_ro", "s").gives(["1", "2", "3"]),
        C("get", "l2").gives(None),
    ],
    "sets": [
        C("sadd", "s", "a", "b", "c").gives(3),
        C("sadd", "t", "b", "c", "d").gives(3),
        C("scard", "s").gives(3),
        C("smembers", "s").gives({"a", "b", "c"}),
        C("smembers", "none").gives(set()),
        C("sismember", "s", "a").gives(True),
        C("smismember", "s", "a", "x").gives([True, False]),
        C("sdiff", "s", "t").gives({"a"}),
        C("sinter", "s", "t").gives({"b", "c"}),
        C("sunion", "s", "t").gives({"a", "b", "c", "d"}),
        C("sintercard", "s", "t", limit=1).gives(1),
        C("sdiffstore", "d", "s", "t").gives(1),
        C("sinterstore", "d", "s", "t").gives(2),
        C("sunionstore", "d", "s", "t").gives(4),
        C("smove", "s", "t", "a").gives(True),
        C("srem", "s", "b", "x").gives(1),
        C("srandmember", "s").gives("c"),
        C("srandmember", "s", -2).gives(["c", "c"]),
        C("srandmember", "none").gives(None),
        C("sscan", "s").gives((0, ["c"])),
        C("spop", "s").gives("c"),
        C("spop", "s").gives(None),
        C("spop", "d", 9).gives({"a", "b", "c", "d"}),
    ],
    "sorted sets": [
        C("zadd", "z", {"a": 1, "b": 2.5, "c": inf}).gives(3),
        C("zadd", "z", {"a": 3}, gt=True, ch=True).gives(1),
        C("zadd", "z", {"a": 1}, incr=True).gives(4.0),
        C("zadd", "z", {"a": 1}, nx=True, incr=True).gives(None),
        C("zadd", "z", {"a": 1}, xx=True).gives(0),
        C("zadd", "z", {"a": 0}, lt=True).gives(0),
        C("zcard", "z").gives(3),
        C("zcount", "z", "-inf", "(2.5").gives(1),
        C("zincrby", "z", 1.5, "a").gives(1.5),
        C("zscore", "z", "a").gives(1.5),
        C("zscore", "z", "x").gives(None),
        C("zmscore", "z", "a", "x", "c").gives([1.5, None, inf]),
        C("zrange", "z", 0, -1).gives(["a", "b", "c"]),
        C("zrange", "z", 0, -1, withscores=True).gives([("a", 1.5), ("b", 2.5), ("c", inf)]),
        C("zrange", "z", "+inf", 2, byscore=True, rev=True, limit=(0, 1)).gives(["c"]),
        C("zrange", "none", 0, -1, withscores=True).gives([]),
        C("zrangebyscore", "z", 0, 2, withscores=True).gives([("a", 1.5)]),
        C("zrangebyscore", "z", 0, 9, limit=(1, 1)).gives(["b"]),
        C("zrevrange", "z", 0, 0, withscores=True).gives([("c", inf)]),
        C("zrevrangebyscore", "z", 9, 0).gives(["b", "a"]),
        C("zrangestore", "d", "z", 0, 1).gives(2),
        C("zrank", "z", "b").gives(1),
        C("zrank", "z", "x").gives(None),
        C("zrevrank", "z", "b").gives(1),
        C("zadd", "y", {"b": 1, "x": 1}).gives(2),
        C("zdiff", "z", "y").gives(["a", "c"]),
        C("zdiff", "z", "y", withscores=True).gives([("a", 1.5), ("c", inf)]),
        C("zinter", "z", "y", withscores=True, weights=[1, 10], aggregate="MAX").gives(
            [("b", 10.0)]
        ),
        C("zunion", "d", "y").gives(["x", "a", "b"]),
        C("zunion", "d", "y", withscores=True).gives([("x", 1.0), ("a", 1.5), ("b", 3.5)]),
        C("zintercard", "z", "y", limit=5).gives(1),
        C("zdiffstore", "e", "z", "y").gives(2),
        C("zinterstore", "e", "z", "y", weights=[2, 1]).gives(1),
        C("zunionstore", "e", "d", "y", aggregate="MIN").gives(3),
        C("zrem", "e", "x", "none").gives(1),
        C("zrandmember", "e").gives(lambda r: r in ("a", "b")),
        C("zrandmember", "e", 1, withscores=True).gives(lambda r: r[0] in [("a", 1.5), ("b", 1.0)]),
        C("zrandmember", "none").gives(None),
        C("zscan", "e").gives((0, [("b", 1.0), ("a", 1.5)])),
        C("zpopmin", "e").gives([("b", 1.0)]),
        C("zpopmin", "none").gives([]),
        C("zpopmax", "z", 2).gives([("c", inf), ("b", 2.5)]),
        C("zmpop", "MIN", "none", "z", count=2).gives(("z", [("a", 1.5)])),
        C("zmpop", "MIN", "none").gives(None),
        C("bzpopmin", "none", "y", timeout=0.01).gives(("y", "b", 1.0)),
        C("bzpopmax", "y", timeout=0.01).gives(("y", "x", 1.0)),
        C("bzpopmax", "y", timeout=0.01).gives(None),
        C("bzmpop", "MAX", "d", timeout=0.01).gives(("d", [("b", 2.5)])),
        C("bzmpop", "MAX", "none", timeout=0.01).gives(None),
        C("zadd", "w", dict.fromkeys("abcdef", 0)).gives(6),
        C("zlexcount", "w", "-", "[c").gives(3),
        C("zrangebylex", "w", "[b", "(d", limit=(0, 9)).gives(["b", "c"]),
        C("zrevrangebylex", "w", "+", "[e").gives(["f", "e"]),
        C("zremrangebylex", "w", "[a", "[b").gives(2),
        C("zremrangebyrank", "w", 0, 0).gives(1),
        C("zremrangebyscore", "w", "-inf", 0).gives(3),
    ],
    "places": [
        C("geoadd", "g", (13.361389, 38.115556, "P"), (15.087269, 37.502669, "C")).gives(2),
        C("geoadd", "g", (13.361389, 38.115556, "P"), nx=True, ch=True).gives(0),
        C("geodist", "g", "P", "C", "km").gives(near(166.274)),
        C("geodist", "g", "P", "x").gives(None),
        C("geohash", "g", "P", "x").gives(["sqc8b49rny0", None]),
        C("geopos", "g", "P", "x").gives(lambda r: r[1] is None and near(13.3614, 38.1156)(r[0])),
        C("geosearch", "g", longitude=15, latitude=37, radius=200, unit="km", asc=True).gives(
            ["C", "P"]
        ),
        C("geosearch", "g", member="P", width=1, height=1, withdist=True).gives([("P", 0.0)]),
        C(
            "geosearch", "g", member="C", radius=1, withcoord=True, withdist=True, withhash=True
        ).gives(
            lambda r: r[0][:3] == ("C", 0.0, 3479447370796909) and near(15.087, 37.5027)(r[0][3])
        ),
        C("geosearch", "g", member="P", radius=900, unit="km", count=1, any=True).gives(
            lambda r: len(r) == 1
        ),
        C("geosearchstore", "d", "g", member="P", radius=9, storedist=True).gives(1),
        C("georadius", "g", 15, 37, 200, "km", desc=True).gives(["P", "C"]),
        C("georadius", "g", 15, 37, 200, "km", store="e").gives(2),
        C("georadius_ro", "g", 15, 37, 200, "km", asc=True, count=1).gives(["C"]),
        C("georadiusbymember", "g", "P", 1).gives(["P"]),
        C("georadiusbymember_ro", "g", "P", 1, withdist=True).gives([("P", 0.0)]),
    ],
    "hyperloglogs": [
        C("pfadd", "p", "a", "b").gives(True),
        C("pfadd", "p", "a").gives(False),
        C("pfcount", "p").gives(2),
        C("pfmerge", "q", "p").gives(True),
        C("pfdebug", "ENCODING", "p").gives("sparse"),
        C("pfselftest").gives(True),
    ],
    "keys": [
        C("set", "k", "v").gives(True),
        C("exists", "k", "k", "x").gives(2),
        C("expire", "k", 100).gives(True),
        C("expire", "k", 200, nx=True).gives(False),
        C("expireat", "k", 4_000_000_000).gives(True),
        C("expiretime", "k").gives(4_000_000_000),
        C("pexpire", "k", 100_000, lt=True).gives(True),
        C("pttl", "k").gives(lambda r: 0 < r <= 100_000),
        C("pexpireat", "k", 4_000_000_000_000).gives(True),
        C("pexpiretime", "k").gives(4_000_000_000_000),
        C("persist", "k").gives(True),
        C("ttl", "x").gives(-2),
        C("type", "k").gives("string"),
        C("copy", "k", "k2", replace=True).gives(True),
        C("rename", "k2", "k3").gives(True),
        C("renamenx", "k3", "k").gives(False),
        C("touch", "k", "x").gives(1),
        C("keys", "k").gives(["k"]),
        C("randomkey").gives(str),
        C("scan", match="k*", count=99, type="string").gives(
            lambda r: r[0] == 0 and sorted(r[1]) == ["k", "k3"]
        ),
        C("object_encoding", "k").gives("embstr"),
        C("object_refcount", "k").gives(1),
        C("object_idletime", "k").gives(0),
        C("object_freq", "k").gives(nr.ServerError),
        C("object_help").gives(_HELP),
        C("dump", "k").gives(bytes),
        C("dump", "x").gives(None),
        C("restore", "r", 0, b"\x00\x01v\n\x00\x00").gives(nr.ServerError),
        C("restore_asking", "r", 0, b"").gives(nr.ServerError),
        C("move", "k3", 1).gives(True),
        C("unlink", "k", "x").gives(1),
        C("delete", "k", "x").gives(0),
        C("dbsize").gives(0),
        C("swapdb", 0, 1).gives(True),
        C("wait", 0, 1).gives(0),
        C("waitaof", 0, 0, 1).gives(nr.ServerError),
        C("migrate", "127.0.0.1", 1, ["x"], 0, 100).gives("NOKEY"),
        C("flushdb").gives(True),
        C("flushall", sync=True).gives(True),
    ],
    "streams": [
        C("xadd", "x", {"a": 1}, "1-1").gives("1-1"),
        C("xadd", "x", {"b": "2", "c": 3}, "2-1", maxlen=9, approximate=True).gives("2-1"),
        C("xadd", "none", {"b": 1}, nomkstream=True).gives(None),
        C("xlen", "x").gives(2),
        C("xrange", "x", "-", "+").gives([("1-1", {"a": "1"}), ("2-1", {"b": "2", "c": "3"})]),
        C("xrange", "x", "-", "+", count=1).gives([("1-1", {"a": "1"})]),
        C("xrevrange", "x", "+", "-", count=1).gives([("2-1", {"b": "2", "c": "3"})]),
        C("xread", {"x": "1-1"}).gives({"x": [("2-1", {"b": "2", "c": "3"})]}),
        C("xread", {"x": "9-1"}, count=1, block=1).gives({}),
        C("xgroup_create", "x", "g", "0").gives(True),
        C("xgroup_create", "x", "g", "0").gives(nr.BusyGroupError),
        C("xgroup_createconsumer", "x", "g", "me").gives(True),
        C("xreadgroup", "g", "me", {"x": ">"}, count=1).gives({"x": [("1-1", {"a": "1"})]}),
        C("xreadgroup", "no", "me", {"x": ">"}).gives(nr.NoGroupError),
        C("xpending", "x", "g").gives((1, "1-1", "1-1", [("me", 1)])),
        C("xpending", "x", "g", "-", "+", 9, "me").gives(
            lambda r: len(r) == 1 and r[0][:2] == ("1-1", "me") and r[0][3] == 1
        ),
        C("xclaim", "x", "g", "you", 0, "1-1").gives([("1-1", {"a": "1"})]),
        C("xclaim", "x", "g", "you", 0, "1-1", justid=True).gives(["1-1"]),
        C("xautoclaim", "x", "g", "me", 0).gives(("0-0", [("1-1", {"a": "1"})], [])),
        C("xautoclaim", "x", "g", "me", 0, justid=True).gives(("0-0", ["1-1"], [])),
        C("xinfo_stream", "x").gives(
            lambda r: r["length"] == 2 and r["first-entry"] == ("1-1", {"a": "1"})
        ),
        C("xinfo_stream", "x", full=True, count=1).gives(
            lambda r: (
                r["entries"] == [("1-1", {"a": "1"})]
                and r["groups"][0]["name"] == "g"
                and r["groups"][0]["consumers"][0]["name"] == "me"
            )
        ),
        C("xinfo_groups", "x").gives(_list_of_dicts("name", "pending", "last-delivered-id")),
        C("xinfo_consumers", "x", "g").gives(_list_of_dicts("name", "pending", "idle")),
        C("xinfo_help").gives(_HELP),
        C("xack", "x", "g", "1-1").gives(1),
        C("xgroup_setid", "x", "g", "0").gives(True),
        C("xgroup_delconsumer", "x", "g", "you").gives(0),
        C("xgroup_destroy", "x", "g").gives(True),
        C("xgroup_help").gives(_HELP),
        C("xdel", "x", "1-1").gives(1),
        C("xsetid", "x", "9-9").gives(True),
        C("xtrim", "x", maxlen=0).gives(1),
        C("xtrim", "x", minid="1-0", approximate=True, limit=10).gives(0),
    ],
    "scripts": [
        C("eval", _LUA, 1, "k", "a").gives(["k", "a", 7]),
        C("eval_ro", _LUA, 1, "k", "a").gives(["k", "a", 7]),
        C("evalsha", "0" * 40, 0).gives(nr.NoScriptError),
        C("evalsha_ro", "0" * 40, 0).gives(nr.NoScriptError),
        C("script_load", "return 1").gives("e0e1f9fabfc9d4800c877a703b823ac0578ff8db"),
        C("evalsha", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", 0).gives(1),
        C("script_exists", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0" * 40).gives(
            [True, False]
        ),
        C("script_flush", sync=True).gives(True),
        C("script_kill").gives(nr.NotBusyError),
        C("script_debug", "NO").gives(nr.InterfaceError),
        C("script_help").gives(_HELP),
        C("function_load", _LIBRARY).gives("lib"),
        C("function_load", _LIBRARY, replace=True).gives("lib"),
        C("fcall", "f", 1, "k", "a").gives(["k", "a"]),
        C("fcall_ro", "f", 1, "k", "a").gives(["k", "a"]),
        C("function_list", libraryname="lib", withcode=True).gives(
            lambda r: r[0]["functions"][0]["name"] == "f" and r[0]["library_code"] == _LIBRARY
        ),
        C("function_stats").gives(
            lambda r: r["running_script"] == {} and r["engines"]["LUA"]["libraries_count"] == 1
        ),
        C("function_dump").gives(bytes),
        C("function_restore", b"").gives(nr.ServerError),
        C("function_delete", "lib").gives(True),
        C("function_flush").gives(True),
        C("function_kill").gives(nr.NotBusyError),
        C("function_help").gives(_HELP),
    ],
    "messages": [
        C("publish", "c", "m").gives(0),
        C("spublish", "c", "m").gives(0),
        C("pubsub_channels").gives([]),
        C("pubsub_channels", "a*").gives([]),
        C("pubsub_numpat").gives(0),
        C("pubsub_numsub", "a", "b").gives({"a": 0, "b": 0}),
        C("pubsub_shardchannels").gives([]),
        C("pubsub_shardnumsub", "a").gives({"a": 0}),
        C("pubsub_help").gives(_HELP),
    ],
    "connections": [
        C("ping").gives("PONG"),
        C("ping", "hi").gives("hi"),
        C("echo", "hi").gives("hi"),
        C("client_getname").gives(None),
        C("client_id").gives(int),
        C("client_info").gives(_contains("id=")),
        C("client_list").gives(_contains("id=")),
        C("client_list", type="normal").gives(_contains("id=")),
        C("client_getredir").gives(-1),
        C("client_trackinginfo").gives(lambda r: r["flags"] == ["off"] and r["prefixes"] == []),
        C("client_pause", 1, write=True).gives(True),
        C("client_unpause").gives(True),
        C("client_unblock", 999_999).gives(False),
        C("client_kill", id=999_999).gives(0),
        C("client_setinfo", "LIB-NAME", "x").gives(nr.ServerError),
        C("client_help").gives(_HELP),
        C("client_caching", "YES").gives(nr.InterfaceError),
        C("client_no_evict", "ON").gives(nr.InterfaceError),
        C("client_no_touch", "ON").gives(nr.InterfaceError),
        C("client_setname", "x").gives(nr.InterfaceError),
        C("client_tracking", "ON", prefix=["a"], bcast=True).gives(nr.InterfaceError),
        C("select", 1).gives(nr.InterfaceError),
        C("watch", "k").gives(nr.InterfaceError),
        C("unwatch").gives(nr.InterfaceError),
        C("asking").gives(nr.InterfaceError),
        C("readonly").gives(nr.InterfaceError),
        C("readwrite").gives(nr.InterfaceError),
    ],
    "the server": [
        C("acl_whoami").gives("default"),
        C("acl_users").gives(["default"]),
        C("acl_list").gives(lambda r: r[0].startswith("user default on")),
        C("acl_cat").gives(lambda r: "read" in r),
        C("acl_cat", "read").gives(lambda r: "get" in r),
        C("acl_genpass").gives(lambda r: len(r) == 64),
        C("acl_genpass", 128).gives(lambda r: len(r) == 32),
        C("acl_setuser", "igor", "on", ">secret", "+get", "~a*").gives(True),
        C("acl_getuser", "igor").gives(lambda r: "on" in r["flags"] and r["keys"] == "~a*"),
        C("acl_getuser", "nobody").gives(None),
        C("acl_dryrun", "igor", "GET", "a").gives(True),
        C("acl_dryrun", "igor", "SET", "a", "b").gives(_contains("no permissions")),
        C("acl_deluser", "igor").gives(1),
        C("acl_log").gives([]),
        C("acl_log", reset=True).gives(True),
        C("acl_load").gives(nr.ServerError),
        C("acl_save").gives(nr.ServerError),
        C("acl_help").gives(_HELP),
        C("command_count").gives(int),
        C("command_docs", "GET").gives(lambda r: r["get"]["group"] == "string"),
        C("command_getkeys", "MSET", "a", 1, "b", 2).gives(["a", "b"]),
        C("command_getkeysandflags", "GET", "a").gives([("a", ["RO", "access"])]),
        C("command_info", "GET", "none").gives(lambda r: r[0][0] == "get" and r[1] is None),
        C("command_list", pattern="xr*").gives(
            lambda r: sorted(r) == ["xrange", "xread", "xreadgroup", "xrevrange"]
        ),
        C("command_help").gives(_HELP),
        C("config_get", "maxmemory", "port").gives(_has("maxmemory", "port")),
        C("config_set", {"slowlog-log-slower-than": "0"}).gives(True),
        C("slowlog_get", 1).gives(lambda r: _is(r[0][0], int)),
        C("slowlog_len").gives(int),
        C("slowlog_reset").gives(True),
        C("slowlog_help").gives(_HELP),
        C("config_set", {"slowlog-log-slower-than": "10000", "latency-monitor-threshold": 1}).gives(
            True
        ),
        C("config_resetstat").gives(True),
        C("config_rewrite").gives(True),
        C("config_help").gives(_HELP),
        C("info").gives(_contains("redis_version")),
        C("info", "server", "clients").gives(_contains("connected_clients")),
        C("lastsave").gives(int),
        C("time").gives(lambda r: _is(r, tuple) and r[0] > 1_700_000_000),
        C("role").gives(lambda r: r[0] == "master"),
        C("lolwut", version=5).gives(_contains("ver")),
        C("latency_latest").gives(list),
        C("latency_history", "command").gives(list),
        C("latency_histogram", "get").gives(dict),
        # An error as long as nothing was slow.
        C("latency_graph", "command").gives(lambda r: type(r) in (str, nr.ServerError)),
        C("latency_doctor").gives(str),
        C("latency_reset", "command").gives(int),
        C("latency_help").gives(_HELP),
        C("memory_stats").gives(_has("peak.allocated", "dataset.percentage")),
        C("memory_usage", "none").gives(None),
        C("memory_doctor").gives(str),
        C("memory_malloc_stats").gives(str),
        C("memory_purge").gives(True),
        C("memory_help").gives(_HELP),
        C("module_list").gives([]),
        C("module_load", "/none.so").gives(nr.ServerError),
        C("module_loadex", "/none.so", config={"a": 1}, args=["b"]).gives(nr.ServerError),
        C("module_unload", "none").gives(nr.ServerError),
        C("module_help").gives(_HELP),
        C("bgsave").gives(_contains("saving")),
        C("bgrewriteaof").gives(lambda r: True),
        C("save").gives(lambda r: True),
        C("replicaof").gives("OK"),
        C("slaveof").gives("OK"),
    ],
}
# Answered by a server that is a node of a cluster, which holds all slots.
CLUSTER: list[Step] = [
    C("cluster_info").gives(_contains("cluster_state:ok")),
    C("cluster_keyslot", "foo").gives(12182),
    C("cluster_countkeysinslot", 12182).gives(0),
    C("set", "foo", 1).gives(True),
    C("cluster_getkeysinslot", 12182, 5).gives(["foo"]),
    C("cluster_myid").gives(lambda r: len(r) == 40),
    C("cluster_myshardid").gives(nr.ServerError),
    C("cluster_nodes").gives(_contains("myself,master")),
    C("cluster_slots").gives(lambda r: r[0][:2] == [0, 16383]),
    C("cluster_shards").gives(
        lambda r: r[0]["slots"] == [0, 16383] and r[0]["nodes"][0]["role"] == "master"
    ),
    C("cluster_links").gives([]),
    C("cluster_replicas", "0" * 40).gives(nr.ServerError),
    C("cluster_slaves", "0" * 40).gives(nr.ServerError),
    C("cluster_replicate", "0" * 40).gives(nr.ServerError),
    C("cluster_count_failure_reports", "0" * 40).gives(nr.ServerError),
    C("cluster_forget", "0" * 40).gives(nr.ServerError),
    C("cluster_failover", force=True).gives(nr.ServerError),
    C("cluster_meet", "none", 1).gives(nr.ServerError),
    C("cluster_addslots", 1).gives(nr.ServerError),
    C("cluster_addslotsrange", (1, 2)).gives(nr.ServerError),
    C("cluster_delslots", 1).gives(True),
    C("cluster_addslots", 1).gives(True),
    C("cluster_delslotsrange", (1, 2)).gives(True),
    C("cluster_addslotsrange", (1, 2)).gives(True),
    C("cluster_setslot", 1, stable=True).gives(True),
    C("cluster_bumpepoch").gives(_contains(" ")),
    C("cluster_set_config_epoch", 1).gives(nr.ServerError),
    C("cluster_saveconfig").gives(True),
    C("cluster_help").gives(_HELP),
    C("get", "foo").gives("1"),
    C("flushall").gives(True),
    C("cluster_flushslots").gives(True),
    C("get", "foo").gives(nr.ClusterDownError),
    C("cluster_reset", hard=True).gives(True),
]
