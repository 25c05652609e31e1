"""What the methods of some commands are, where that does not follow from their schemas."""

# ruff: noqa: E501
from __future__ import annotations

# Of these the driver makes something else: transactions, subscriptions, greetings. Replication's
# and debugging's own have no reply that a client could use.
OMITTED = frozenset(
    (
        "AUTH", "CLIENT REPLY", "DEBUG", "DISCARD", "EXEC", "HELLO", "MONITOR", "MULTI",
        "PSUBSCRIBE", "PSYNC", "PUNSUBSCRIBE", "QUIT", "REPLCONF", "RESET", "SSUBSCRIBE",
        "SUBSCRIBE", "SUNSUBSCRIBE", "SYNC", "UNSUBSCRIBE",
    )
)  # fmt: skip

# Type and shape of replies whose schemas say less, or in other words.
REPLIES = {
    "ACL DRYRUN": ("bool | T", "o"),
    "ACL GETUSER": ("dict[T, Any] | None", "|selectors=[{.;"),
    "CLIENT GETREDIR": ("int", "."),
    "CLIENT TRACKINGINFO": ("dict[T, Any]", "|flags=[.,prefixes=[.;"),
    "CLUSTER LINKS": ("list[dict[T, Any]]", "[{."),
    "CLUSTER SHARDS": ("list[dict[T, Any]]", "[|nodes=[{.;"),
    "CLUSTER SLOTS": ("list[Any]", "."),
    "COMMAND DOCS": ("dict[T, dict[T, Any]]", "{{."),
    "COMMAND GETKEYSANDFLAGS": ("list[tuple[T, list[T]]]", "[(.[.)"),
    "COMMAND INFO": ("list[Any]", "."),
    "DUMP": ("bytes | None", "r"),
    "ECHO": ("T", "."),
    "FUNCTION DUMP": ("bytes", "r"),
    "FUNCTION LIST": ("list[dict[T, Any]]", "[|functions=[{.;"),
    "FUNCTION STATS": ("dict[T, Any]", "|running_script={.,engines={{.;"),
    "GETBIT": ("int", "."),
    "HKEYS": ("list[T]", "."),
    "INCRBYFLOAT": ("float", "f"),
    "HINCRBYFLOAT": ("float", "f"),
    "LATENCY HISTOGRAM": ("dict[T, dict[T, Any]]", "{|histogram_usec={.;"),
    "LATENCY HISTORY": ("list[tuple[int, int]]", "[(..)"),
    "LATENCY LATEST": ("list[tuple[T, int, int, int]]", "[(....)"),
    "MEMORY STATS": ("dict[T, Any]", "{."),
    "MODULE LIST": ("list[dict[T, Any]]", "[{."),
    "PFADD": ("bool", "b"),
    "PFDEBUG": ("Any", "."),
    "PING": ("T", "."),
    "PUBSUB NUMSUB": ("dict[T, int]", "{."),
    "PUBSUB SHARDNUMSUB": ("dict[T, int]", "{."),
    "ROLE": ("list[Any]", "."),
    "SETBIT": ("int", "."),
    "SLOWLOG GET": ("list[list[Any]]", "."),
    "WAITAOF": ("tuple[int, int]", "(..)"),
    "XINFO CONSUMERS": ("list[dict[T, Any]]", "[{."),
    "XINFO GROUPS": ("list[dict[T, Any]]", "[{."),
    "ZRANGEBYLEX": ("list[T]", "."),
    "ZREVRANGEBYLEX": ("list[T]", "."),
    "XRANGE": ("list[tuple[T, dict[T, T]]]", "[(.{.)"),
    "XREVRANGE": ("list[tuple[T, dict[T, T]]]", "[(.{.)"),
    "BGSAVE": ("T", "."),
}

_EXPIRES = (
    "ex: int | None = None, px: int | None = None, exat: int | None = None, pxat: int | None = None"
)
_RANGE = (
    "start: int | None = None, end: int | None = None, mode: Literal['BYTE', 'BIT'] | None = None"
)
_SCORES = "*.f"
_PAIRS = "list[tuple[T, float]]"
_GEO = (
    "*, asc: bool = False, desc: bool = False, count: int | None = None, any: bool = False,"
    " withcoord: bool = False, withdist: bool = False, withhash: bool = False"
)
_GEO_SHAPE = "geo(withdist, withhash, withcoord)"
_GEO_CALL = "WITHCOORD=withcoord, WITHDIST=withdist, WITHHASH=withhash, COUNT=count, ANY=any, ASC=asc, DESC=desc"
_STORE = ", store: Key | None = None, storedist: Key | None = None"
_STORE_CALL = ", STORE=store, STOREDIST=storedist"
_UNIT = "unit: Literal['m', 'km', 'ft', 'mi'] = 'm'"
_AREA = (
    "*, member: Argument | None = None, longitude: float | None = None, latitude: float | None = None,"
    f" {_UNIT}, radius: float | None = None, width: float | None = None, height: float | None = None"
)
_AREA_CALL = (
    "FROMMEMBER=member, FROMLONLAT=None if longitude is None else (longitude, latitude),"
    " BYRADIUS=None if radius is None else (radius, unit), BYBOX=None if width is None else (width, height, unit)"
)
_SORT = (
    "key: Key, *, by: Argument | None = None, limit: tuple[int, int] | None = None,"
    " get: Sequence[Argument] = (), asc: bool = False, desc: bool = False, alpha: bool = False"
)
_SORT_CALL = "key, BY=by, LIMIT=limit, _=interleaved('GET', get), ASC=asc, DESC=desc, ALPHA=alpha"
_TRIM = (
    "maxlen: int | None = None, minid: Argument | None = None, approximate: bool = False,"
    " limit: int | None = None"
)
_APPROXIMATE = "(('~', {0}) if approximate else {0}) if {0} is not None else None"
_TRIM_CALL = (
    f"MAXLEN={_APPROXIMATE.format('maxlen')}, MINID={_APPROXIMATE.format('minid')}, LIMIT=limit"
)
_WEIGHTS = "*keys: Key, weights: Sequence[float] | None = None, aggregate: Literal['SUM', 'MIN', 'MAX'] | None = None"
_ENTRIES = "list[tuple[T, dict[T, T]]]"


def _scored(parameters: str, call: str) -> tuple[str, ...]:
    """A command whose reply has scores where `withscores` asks for them."""
    separator = "" if parameters.endswith("*") else ","
    return (
        f"{parameters}{separator} withscores: Literal[False] = False"
        if separator
        else f"{parameters}, withscores: Literal[False] = False",
        "list[T]",
        f"{parameters}, withscores: Literal[True] = _NO",
        _PAIRS,
        "'*.f' if withscores else '.'",
        f"{call}, WITHSCORES=withscores",
    )


def _counted(
    parameters: str, one: str, several: str, call: str, shape: str = "'.'"
) -> tuple[str, ...]:
    """A command that gives one, or with `count` several."""
    return (
        parameters, one, f"{parameters}, count: int = _NO", several, shape, f"{call}, _=count",
    )  # fmt: skip


# Of one form: parameters, type, shape (an expression), arguments of the call. Of two: parameters
# and type of the first, then those.
OVERRIDES: dict[str, tuple[str, ...]] = {
    # Strings and bits.
    "SET": (
        f"key: Key, value: Argument, *, {_EXPIRES}, keepttl: bool = False, nx: bool = False, xx: bool = False, get: Literal[False] = False",
        "bool | None",
        f"key: Key, value: Argument, *, {_EXPIRES}, keepttl: bool = False, nx: bool = False, xx: bool = False, get: Literal[True] = _NO",
        "T | None",
        "'o'",
        "key, value, NX=nx, XX=xx, GET=get, EX=ex, PX=px, EXAT=exat, PXAT=pxat, KEEPTTL=keepttl",
    ),
    "MSET": ("mapping: Fields", "bool", "'o'", "_=mapping"),
    "MSETNX": ("mapping: Fields", "bool", "'b'", "_=mapping"),
    "LCS": (
        "key1: Key, key2: Key, *, len: bool = False, idx: bool = False, minmatchlen: int | None = None, withmatchlen: bool = False",
        "Any",
        "'{.' if idx else '.'",
        "key1, key2, LEN=len, IDX=idx, MINMATCHLEN=minmatchlen, WITHMATCHLEN=withmatchlen",
    ),
    "BITCOUNT": (f"key: Key, {_RANGE}", "int", "'.'", "key, _=start, __=end, ___=mode"),
    "BITPOS": (f"key: Key, bit: Literal[0, 1], {_RANGE}", "int", "'.'", "key, bit, _=start, __=end, ___=mode"),
    "BITFIELD": ("key: Key, *operations: Argument", "list[int | None]", "'.'", "key, *operations"),
    "BITFIELD_RO": ("key: Key, *operations: Argument", "list[int]", "'.'", "key, *operations"),
    # Hashes.
    "HSET": (
        "key: Key, field: Argument | None = None, value: Argument | None = None, *, mapping: Fields | None = None",
        "int", "'.'", "key, _=field, __=value, ___=mapping",
    ),
    "HMSET": ("key: Key, mapping: Fields", "bool", "'o'", "key, _=mapping"),
    "HRANDFIELD": (
        "key: Key", "T | None",
        "key: Key, count: int = _NO, *, withvalues: bool = False", "Any",
        "'*..' if withvalues else '.'", "key, _=count, WITHVALUES=withvalues",
    ),
    "SCAN": (
        "cursor: int = 0, *, match: Argument | None = None, count: int | None = None, type: Argument | None = None",
        "tuple[int, list[T]]", "'(i[.)'", "cursor, MATCH=match, COUNT=count, TYPE=type",
    ),
    "SSCAN": (
        "key: Key, cursor: int = 0, *, match: Argument | None = None, count: int | None = None",
        "tuple[int, list[T]]", "'(i[.)'", "key, cursor, MATCH=match, COUNT=count",
    ),
    "HSCAN": (
        "key: Key, cursor: int = 0, *, match: Argument | None = None, count: int | None = None, novalues: Literal[False] = False",
        "tuple[int, dict[T, T]]",
        "key: Key, cursor: int = 0, *, match: Argument | None = None, count: int | None = None, novalues: Literal[True] = _NO",
        "tuple[int, list[T]]",
        "'(i[.)' if novalues else '(i{.)'",
        "key, cursor, MATCH=match, COUNT=count, NOVALUES=novalues",
    ),
    "ZSCAN": (
        "key: Key, cursor: int = 0, *, match: Argument | None = None, count: int | None = None, noscores: Literal[False] = False",
        f"tuple[int, {_PAIRS}]",
        "key: Key, cursor: int = 0, *, match: Argument | None = None, count: int | None = None, noscores: Literal[True] = _NO",
        "tuple[int, list[T]]",
        "'(i[.)' if noscores else '(i*.f)'",
        "key, cursor, MATCH=match, COUNT=count, NOSCORES=noscores",
    ),
    # Lists and sets.
    "LPOP": _counted("key: Key", "T | None", "list[T] | None", "key"),
    "RPOP": _counted("key: Key", "T | None", "list[T] | None", "key"),
    "SPOP": _counted("key: Key", "T | None", "Set[T]", "key", "'<.' if count else '.'"),
    "SRANDMEMBER": _counted("key: Key", "T | None", "list[T]", "key"),
    "LPOS": (
        "key: Key, element: Argument, *, rank: int | None = None, maxlen: int | None = None",
        "int | None",
        "key: Key, element: Argument, *, rank: int | None = None, count: int = _NO, maxlen: int | None = None",
        "list[int]", "'.'", "key, element, RANK=rank, COUNT=count, MAXLEN=maxlen",
    ),
    "BLPOP": ("*keys: Key, timeout: float = 0", "tuple[T, T] | None", "'(..)'", "*keys, timeout"),
    "BRPOP": ("*keys: Key, timeout: float = 0", "tuple[T, T] | None", "'(..)'", "*keys, timeout"),
    "BZPOPMIN": ("*keys: Key, timeout: float = 0", "tuple[T, T, float] | None", "'(..f)'", "*keys, timeout"),
    "BZPOPMAX": ("*keys: Key, timeout: float = 0", "tuple[T, T, float] | None", "'(..f)'", "*keys, timeout"),
    "BLMOVE": (
        "source: Key, destination: Key, wherefrom: Literal['LEFT', 'RIGHT'], whereto: Literal['LEFT', 'RIGHT'], timeout: float = 0",
        "T | None", "'.'", "source, destination, wherefrom, whereto, timeout",
    ),
    "BRPOPLPUSH": ("source: Key, destination: Key, timeout: float = 0", "T | None", "'.'", "source, destination, timeout"),
    "BLMPOP": (
        "where: Literal['LEFT', 'RIGHT'], *keys: Key, count: int | None = None, timeout: float = 0",
        "tuple[T, list[T]] | None", "'(.[.)'", "timeout, len(keys), *keys, where, COUNT=count",
    ),
    "LMPOP": (
        "where: Literal['LEFT', 'RIGHT'], *keys: Key, count: int | None = None",
        "tuple[T, list[T]] | None", "'(.[.)'", "len(keys), *keys, where, COUNT=count",
    ),
    "BZMPOP": (
        "where: Literal['MIN', 'MAX'], *keys: Key, count: int | None = None, timeout: float = 0",
        f"tuple[T, {_PAIRS}] | None", "'(.*.f)'", "timeout, len(keys), *keys, where, COUNT=count",
    ),
    "ZMPOP": (
        "where: Literal['MIN', 'MAX'], *keys: Key, count: int | None = None",
        f"tuple[T, {_PAIRS}] | None", "'(.*.f)'", "len(keys), *keys, where, COUNT=count",
    ),
    # Sorted sets.
    "ZADD": (
        "key: Key, mapping: Scores, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False",
        "int",
        "key: Key, mapping: Scores, *, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False, ch: bool = False, incr: Literal[True] = _NO",
        "float | None", "'f' if incr else '.'",
        "key, NX=nx, XX=xx, GT=gt, LT=lt, CH=ch, INCR=incr, _=swapped(mapping)",
    ),
    "ZINCRBY": ("key: Key, increment: float, member: Argument", "float", "'f'", "key, increment, member"),
    "ZRANGE": _scored(
        "key: Key, start: Argument, stop: Argument, *, byscore: bool = False, bylex: bool = False, rev: bool = False, limit: tuple[int, int] | None = None",
        "key, start, stop, BYSCORE=byscore, BYLEX=bylex, REV=rev, LIMIT=limit",
    ),
    "ZRANGEBYSCORE": _scored(
        "key: Key, min: Argument, max: Argument, *, limit: tuple[int, int] | None = None",
        "key, min, max, LIMIT=limit",
    ),
    "ZREVRANGEBYSCORE": _scored(
        "key: Key, max: Argument, min: Argument, *, limit: tuple[int, int] | None = None",
        "key, max, min, LIMIT=limit",
    ),
    "ZREVRANGE": _scored("key: Key, start: int, stop: int, *", "key, start, stop"),
    "ZDIFF": _scored("*keys: Key", "len(keys), *keys"),
    "ZINTER": _scored(_WEIGHTS, "len(keys), *keys, WEIGHTS=weights, AGGREGATE=aggregate"),
    "ZUNION": _scored(_WEIGHTS, "len(keys), *keys, WEIGHTS=weights, AGGREGATE=aggregate"),
    "ZINTERSTORE": (f"destination: Key, {_WEIGHTS}", "int", "'.'", "destination, len(keys), *keys, WEIGHTS=weights, AGGREGATE=aggregate"),
    "ZUNIONSTORE": (f"destination: Key, {_WEIGHTS}", "int", "'.'", "destination, len(keys), *keys, WEIGHTS=weights, AGGREGATE=aggregate"),
    "ZPOPMIN": ("key: Key, count: int | None = None", _PAIRS, "'*.f'", "key, _=count"),
    "ZPOPMAX": ("key: Key, count: int | None = None", _PAIRS, "'*.f'", "key, _=count"),
    "ZRANDMEMBER": (
        "key: Key", "T | None",
        "key: Key, count: int = _NO, *, withscores: bool = False", "Any",
        "'*.f' if withscores else '.'", "key, _=count, WITHSCORES=withscores",
    ),
    "ZRANK": (
        "key: Key, member: Argument", "int | None",
        "key: Key, member: Argument, *, withscore: Literal[True] = _NO", "tuple[int, float] | None",
        "'(.f)' if withscore else '.'", "key, member, WITHSCORE=withscore",
    ),
    "ZREVRANK": (
        "key: Key, member: Argument", "int | None",
        "key: Key, member: Argument, *, withscore: Literal[True] = _NO", "tuple[int, float] | None",
        "'(.f)' if withscore else '.'", "key, member, WITHSCORE=withscore",
    ),
    # Places.
    "GEOADD": (
        "key: Key, *places: tuple[float, float, Argument], nx: bool = False, xx: bool = False, ch: bool = False",
        "int", "'.'", "key, NX=nx, XX=xx, CH=ch, _=[each for place in places for each in place]",
    ),
    "GEODIST": (f"key: Key, member1: Argument, member2: Argument, {_UNIT}", "float | None", "'f'", "key, member1, member2, unit"),
    "GEOPOS": ("key: Key, *members: Argument", "list[tuple[float, float] | None]", "'[(ff)'", "key, *members"),
    "GEORADIUS": (
        f"key: Key, longitude: float, latitude: float, radius: float, {_UNIT}, {_GEO}{_STORE}",
        "Any", _GEO_SHAPE, f"key, longitude, latitude, radius, unit, {_GEO_CALL}{_STORE_CALL}",
    ),
    "GEORADIUS_RO": (
        f"key: Key, longitude: float, latitude: float, radius: float, {_UNIT}, {_GEO}",
        "list[Any]", _GEO_SHAPE, f"key, longitude, latitude, radius, unit, {_GEO_CALL}",
    ),
    "GEORADIUSBYMEMBER": (
        f"key: Key, member: Argument, radius: float, {_UNIT}, {_GEO}{_STORE}",
        "Any", _GEO_SHAPE, f"key, member, radius, unit, {_GEO_CALL}{_STORE_CALL}",
    ),
    "GEORADIUSBYMEMBER_RO": (
        f"key: Key, member: Argument, radius: float, {_UNIT}, {_GEO}",
        "list[Any]", _GEO_SHAPE, f"key, member, radius, unit, {_GEO_CALL}",
    ),
    "GEOSEARCH": (
        f"key: Key, {_AREA}, {_GEO[3:]}", "list[Any]", _GEO_SHAPE, f"key, {_AREA_CALL}, {_GEO_CALL}",
    ),
    "GEOSEARCHSTORE": (
        f"destination: Key, source: Key, {_AREA}, asc: bool = False, desc: bool = False, count: int | None = None, any: bool = False, storedist: bool = False",
        "int", "'.'", f"destination, source, {_AREA_CALL}, ASC=asc, DESC=desc, COUNT=count, ANY=any, STOREDIST=storedist",
    ),
    # Streams.
    "XADD": (
        f"key: Key, fields: Fields, id: Argument = '*', *, nomkstream: bool = False, {_TRIM}",
        "T | None", "'.'", f"key, NOMKSTREAM=nomkstream, {_TRIM_CALL}, _=id, __=fields",
    ),
    "XTRIM": (f"key: Key, *, {_TRIM}", "int", "'.'", f"key, {_TRIM_CALL}"),
    "XREAD": (
        "streams: Fields, *, count: int | None = None, block: int | None = None",
        f"dict[T, {_ENTRIES}]", "'{[(.{.)'",
        "COUNT=count, BLOCK=block, STREAMS=(*streams, *streams.values())",
    ),
    "XREADGROUP": (
        "group: Argument, consumer: Argument, streams: Fields, *, count: int | None = None, block: int | None = None, noack: bool = False",
        f"dict[T, {_ENTRIES}]", "'{[(.{.)'",
        "GROUP=(group, consumer), COUNT=count, BLOCK=block, NOACK=noack, STREAMS=(*streams, *streams.values())",
    ),
    "XAUTOCLAIM": (
        "key: Key, group: Argument, consumer: Argument, min_idle_time: int, start: Argument = '0-0', *, count: int | None = None",
        f"tuple[T, {_ENTRIES}, list[T]]",
        "key: Key, group: Argument, consumer: Argument, min_idle_time: int, start: Argument = '0-0', *, count: int | None = None, justid: Literal[True] = _NO",
        "tuple[T, list[T], list[T]]",
        "'(.[.[.)' if justid else '(.[(.{.)[.)'",
        "key, group, consumer, min_idle_time, start, COUNT=count, JUSTID=justid",
    ),
    "XCLAIM": (
        "key: Key, group: Argument, consumer: Argument, min_idle_time: int, *ids: Argument, idle: int | None = None, time: int | None = None, retrycount: int | None = None, force: bool = False, lastid: Argument | None = None",
        _ENTRIES,
        "key: Key, group: Argument, consumer: Argument, min_idle_time: int, *ids: Argument, idle: int | None = None, time: int | None = None, retrycount: int | None = None, force: bool = False, lastid: Argument | None = None, justid: Literal[True] = _NO",
        "list[T]",
        "'.' if justid else '[(.{.)'",
        "key, group, consumer, min_idle_time, *ids, IDLE=idle, TIME=time, RETRYCOUNT=retrycount, FORCE=force, JUSTID=justid, LASTID=lastid",
    ),
    "XPENDING": (
        "key: Key, group: Argument", "tuple[int, T | None, T | None, list[tuple[T, int]] | None]",
        "key: Key, group: Argument, start: Argument = _NO, end: Argument = '+', count: int = 10, consumer: Argument | None = None, *, idle: int | None = None",
        "list[tuple[T, T, int, int]]",
        "'[(....)' if start else '(...[(.i))'",
        "key, group, IDLE=idle, _=start, __=start and (end, count), ___=consumer",
    ),
    "XGROUP CREATE": (
        "key: Key, group: Argument, id: Argument = '$', *, mkstream: bool = False, entriesread: int | None = None",
        "bool", "'o'", "key, group, id, MKSTREAM=mkstream, ENTRIESREAD=entriesread",
    ),
    "XGROUP SETID": (
        "key: Key, group: Argument, id: Argument = '$', *, entriesread: int | None = None",
        "bool", "'o'", "key, group, id, ENTRIESREAD=entriesread",
    ),
    "XINFO STREAM": (
        "key: Key, *, full: bool = False, count: int | None = None",
        "dict[T, Any]",
        "'|entries=[(.{.),groups=[|consumers=[{.;;' if full else '|first-entry=(.{.),last-entry=(.{.);'",
        "key, FULL=full, COUNT=count",
    ),
    # Scripts.
    **{
        name: (
            f"{'script' if name.startswith('EVAL') and 'SHA' not in name else 'function' if 'FCALL' in name else 'sha1'}: Argument, numkeys: int, *keys_and_args: Argument",
            "Any", "'.'",
            f"{'script' if name.startswith('EVAL') and 'SHA' not in name else 'function' if 'FCALL' in name else 'sha1'}, numkeys, *keys_and_args",
        )
        for name in ("EVAL", "EVAL_RO", "EVALSHA", "EVALSHA_RO", "FCALL", "FCALL_RO")
    },
    # Keys.
    "SORT": (
        f"{_SORT}", "list[T | None]",
        f"{_SORT}, store: Key = _NO", "int", "'.'", f"{_SORT_CALL}, STORE=store",
    ),
    "SORT_RO": (_SORT, "list[T | None]", "'.'", _SORT_CALL),
    "MIGRATE": (
        "host: str, port: int, keys: Sequence[Key], destination_db: int, timeout: int, *, copy: bool = False, replace: bool = False, auth: Argument | None = None, auth2: tuple[Argument, Argument] | None = None",
        "bool | T", "'o'",
        "host, port, '', destination_db, timeout, COPY=copy, REPLACE=replace, AUTH=auth, AUTH2=auth2, KEYS=keys",
    ),
    "WAIT": ("numreplicas: int, timeout: int = 0", "int", "'.'", "numreplicas, timeout"),
    # Servers.
    "ACL LOG": ("count: int | None = None, *, reset: bool = False", "list[dict[T, Any]] | bool", "'o' if reset else '[{.'", "_=count, RESET=reset"),
    "CLIENT KILL": (
        "*, id: int | None = None, type: Argument | None = None, user: Argument | None = None, addr: Argument | None = None, laddr: Argument | None = None, skipme: Literal['YES', 'NO'] | None = None, maxage: int | None = None",
        "int", "'.'", "ID=id, TYPE=type, USER=user, ADDR=addr, LADDR=laddr, SKIPME=skipme, MAXAGE=maxage",
    ),
    "CLIENT LIST": ("*, type: Literal['normal', 'master', 'replica', 'pubsub'] | None = None, id: Sequence[int] | None = None", "T", "'.'", "TYPE=type, ID=id"),
    "CLIENT SETINFO": ("attribute: Literal['LIB-NAME', 'LIB-VER'], value: Argument", "bool", "'o'", "attribute, value"),
    "CLIENT TRACKING": (
        "status: Literal['ON', 'OFF'], *, redirect: int | None = None, prefix: Sequence[Argument] = (), bcast: bool = False, optin: bool = False, optout: bool = False, noloop: bool = False",
        "bool", "'o'", "status, REDIRECT=redirect, _=interleaved('PREFIX', prefix), BCAST=bcast, OPTIN=optin, OPTOUT=optout, NOLOOP=noloop",
    ),
    "CLUSTER ADDSLOTSRANGE": ("*ranges: tuple[int, int]", "bool", "'o'", "_=[each for pair in ranges for each in pair]"),
    "CLUSTER DELSLOTSRANGE": ("*ranges: tuple[int, int]", "bool", "'o'", "_=[each for pair in ranges for each in pair]"),
    "CLUSTER SETSLOT": (
        "slot: int, *, importing: Argument | None = None, migrating: Argument | None = None, node: Argument | None = None, stable: bool = False, timeout: int | None = None",
        "bool", "'o'", "slot, IMPORTING=importing, MIGRATING=migrating, NODE=node, STABLE=stable, TIMEOUT=timeout",
    ),
    "CLUSTER SLOT-STATS": (
        "*, slotsrange: tuple[int, int] | None = None, orderby: Argument | None = None, limit: int | None = None, asc: bool = False, desc: bool = False",
        "list[tuple[int, dict[T, Any]]]", "'[(.{.)'", "SLOTSRANGE=slotsrange, ORDERBY=orderby, LIMIT=limit, ASC=asc, DESC=desc",
    ),
    "COMMAND LIST": (
        "*, module: Argument | None = None, aclcat: Argument | None = None, pattern: Argument | None = None",
        "list[T]", "'.'", "FILTERBY=interleaved('MODULE', [module]) if module else interleaved('ACLCAT', [aclcat]) if aclcat else interleaved('PATTERN', [pattern]) if pattern else None",
    ),
    "CONFIG SET": ("mapping: Fields", "bool", "'o'", "_=mapping"),
    "FAILOVER": (
        "*, to: tuple[str, int] | None = None, force: bool = False, abort: bool = False, timeout: int | None = None",
        "bool", "'o'", "TO=to, FORCE=force, ABORT=abort, TIMEOUT=timeout",
    ),
    "LATENCY HISTOGRAM": ("*commands: Argument", "dict[T, dict[T, Any]]", "'{|histogram_usec={.;'", "*commands"),
    "MODULE LOADEX": (
        "path: Argument, *, config: Fields | None = None, args: Sequence[Argument] | None = None",
        "bool", "'o'", "path, _=[each for name, value in (config or {}).items() for each in ('CONFIG', name, value)], ARGS=args",
    ),
    "REPLICAOF": ("host: str = 'NO', port: int | str = 'ONE'", "T", "'.'", "host, port"),
    "SLAVEOF": ("host: str = 'NO', port: int | str = 'ONE'", "T", "'.'", "host, port"),
    "SHUTDOWN": (
        "*, nosave: bool = False, save: bool = False, now: bool = False, force: bool = False, abort: bool = False",
        "bool", "'o'", "NOSAVE=nosave, SAVE=save, NOW=now, FORCE=force, ABORT=abort",
    ),
    "TIME": ("", "tuple[int, int]", "'(ii)'", ""),
}  # fmt: skip
