"""The commands, a typed method each.

Written by `Sources/Python/generate/redictcommands.py`.
"""

# ruff: noqa: A002, E501

from __future__ import annotations

from necro.redict._shapes import geo, interleaved, swapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from necro.redict._faces import Argument, Fields, Key, Request, Scores, either, typed

    type Set[Member] = set[Member]
else:
    from necro.redict._faces import either, typed

__all__ = ["Commands"]

# The default of what makes another reply where it is given.
_NO: Any = None


class Commands[T: (str, bytes)]:
    """Every command of Redict, Redis and Valkey.

    A method has the command's name, its words joined by `_`, and its arguments in their order;
    options are keywords: `SET key value EX 5` is `set(key, value, ex=5)`.

    What a method returns depends on the face that it is called on: an awaitable, the reply, or a
    place in a pipeline.
    """

    if TYPE_CHECKING:

        def _call(
            self, shape: str, name: str, /, *arguments: Argument, **options: object
        ) -> Request[Any]: ...

    @typed
    def command(self, name: str, *arguments: Argument) -> Request[Any]:
        """Any command, by its name: `command("OBJECT", "ENCODING", key)`.

        The reply is what it is in the version of the protocol that the connection speaks.
        """
        return self._call(".", name, *arguments)

    @typed
    def acl_cat(self, category: Argument | None = None) -> Request[list[T]]:
        return self._call(".", "ACL CAT", _=category)

    @typed
    def acl_deluser(self, *usernames: Argument) -> Request[int]:
        return self._call(".", "ACL DELUSER", *usernames)

    @typed
    def acl_dryrun(
        self, username: Argument, command: Argument, *args: Argument
    ) -> Request[bool | T]:
        return self._call("o", "ACL DRYRUN", username, command, *args)

    @typed
    def acl_genpass(self, bits: int | None = None) -> Request[T]:
        return self._call(".", "ACL GENPASS", _=bits)

    @typed
    def acl_getuser(self, username: Argument) -> Request[dict[T, Any] | None]:
        return self._call("|selectors=[{.;", "ACL GETUSER", username)

    @typed
    def acl_help(self) -> Request[list[T]]:
        return self._call(".", "ACL HELP")

    @typed
    def acl_list(self) -> Request[list[T]]:
        return self._call(".", "ACL LIST")

    @typed
    def acl_load(self) -> Request[bool]:
        return self._call("o", "ACL LOAD")

    @typed
    def acl_log(
        self, count: int | None = None, *, reset: bool = False
    ) -> Request[list[dict[T, Any]] | bool]:
        """ACL LOG [count | RESET]"""
        return self._call("o" if reset else "[{.", "ACL LOG", _=count, RESET=reset)

    @typed
    def acl_save(self) -> Request[bool]:
        return self._call("o", "ACL SAVE")

    @typed
    def acl_setuser(self, username: Argument, *rules: Argument) -> Request[bool]:
        return self._call("o", "ACL SETUSER", username, *rules)

    @typed
    def acl_users(self) -> Request[list[T]]:
        return self._call(".", "ACL USERS")

    @typed
    def acl_whoami(self) -> Request[T]:
        return self._call(".", "ACL WHOAMI")

    @typed
    def append(self, key: Key, value: Argument) -> Request[int]:
        return self._call(".", "APPEND", key, value)

    @typed
    def asking(self) -> Request[bool]:
        return self._call("o", "ASKING")

    @typed
    def bgrewriteaof(self) -> Request[T]:
        return self._call(".", "BGREWRITEAOF")

    @typed
    def bgsave(self, *, schedule: bool = False, cancel: bool = False) -> Request[T]:
        return self._call(".", "BGSAVE", SCHEDULE=schedule, CANCEL=cancel)

    @typed
    def bitcount(
        self,
        key: Key,
        start: int | None = None,
        end: int | None = None,
        mode: Literal["BYTE", "BIT"] | None = None,
    ) -> Request[int]:
        """BITCOUNT key [start [end [BYTE | BIT]]]"""
        return self._call(".", "BITCOUNT", key, _=start, __=end, ___=mode)

    @typed
    def bitfield(self, key: Key, *operations: Argument) -> Request[list[int | None]]:
        """BITFIELD key [GET encoding offset | [OVERFLOW WRAP | SAT | FAIL] <SET encoding offset value | INCRBY encoding offset increment> [GET encoding offset | [OVERFLOW WRAP | SAT | FAIL] <SET encoding offset value | INCRBY encoding offset increment> ...]]"""
        return self._call(".", "BITFIELD", key, *operations)

    @typed
    def bitfield_ro(self, key: Key, *operations: Argument) -> Request[list[int]]:
        """BITFIELD_RO key [GET encoding offset [GET encoding offset ...]]"""
        return self._call(".", "BITFIELD_RO", key, *operations)

    @typed
    def bitop(
        self, operation: Literal["AND", "OR", "XOR", "NOT"], destkey: Key, *keys: Key
    ) -> Request[int]:
        return self._call(".", "BITOP", operation, destkey, *keys)

    @typed
    def bitpos(
        self,
        key: Key,
        bit: Literal[0, 1],
        start: int | None = None,
        end: int | None = None,
        mode: Literal["BYTE", "BIT"] | None = None,
    ) -> Request[int]:
        """BITPOS key bit [start [end [BYTE | BIT]]]"""
        return self._call(".", "BITPOS", key, bit, _=start, __=end, ___=mode)

    @typed
    def blmove(
        self,
        source: Key,
        destination: Key,
        wherefrom: Literal["LEFT", "RIGHT"],
        whereto: Literal["LEFT", "RIGHT"],
        timeout: float = 0,
    ) -> Request[T | None]:
        """BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout"""
        return self._call(".", "BLMOVE", source, destination, wherefrom, whereto, timeout)

    @typed
    def blmpop(
        self,
        where: Literal["LEFT", "RIGHT"],
        *keys: Key,
        count: int | None = None,
        timeout: float = 0,
    ) -> Request[tuple[T, list[T]] | None]:
        """BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]"""
        return self._call("(.[.)", "BLMPOP", timeout, len(keys), *keys, where, COUNT=count)

    @typed
    def blpop(self, *keys: Key, timeout: float = 0) -> Request[tuple[T, T] | None]:
        """BLPOP key [key ...] timeout"""
        return self._call("(..)", "BLPOP", *keys, timeout)

    @typed
    def brpop(self, *keys: Key, timeout: float = 0) -> Request[tuple[T, T] | None]:
        """BRPOP key [key ...] timeout"""
        return self._call("(..)", "BRPOP", *keys, timeout)

    @typed
    def brpoplpush(self, source: Key, destination: Key, timeout: float = 0) -> Request[T | None]:
        """BRPOPLPUSH source destination timeout"""
        return self._call(".", "BRPOPLPUSH", source, destination, timeout)

    @typed
    def bzmpop(
        self, where: Literal["MIN", "MAX"], *keys: Key, count: int | None = None, timeout: float = 0
    ) -> Request[tuple[T, list[tuple[T, float]]] | None]:
        """BZMPOP timeout numkeys key [key ...] <MIN | MAX> [COUNT count]"""
        return self._call("(.*.f)", "BZMPOP", timeout, len(keys), *keys, where, COUNT=count)

    @typed
    def bzpopmax(self, *keys: Key, timeout: float = 0) -> Request[tuple[T, T, float] | None]:
        """BZPOPMAX key [key ...] timeout"""
        return self._call("(..f)", "BZPOPMAX", *keys, timeout)

    @typed
    def bzpopmin(self, *keys: Key, timeout: float = 0) -> Request[tuple[T, T, float] | None]:
        """BZPOPMIN key [key ...] timeout"""
        return self._call("(..f)", "BZPOPMIN", *keys, timeout)

    @typed
    def client_caching(self, mode: Literal["YES", "NO"]) -> Request[bool]:
        return self._call("o", "CLIENT CACHING", mode)

    @typed
    def client_capa(self, *capabilitys: Argument) -> Request[bool]:
        return self._call("o", "CLIENT CAPA", *capabilitys)

    @typed
    def client_getname(self) -> Request[T | None]:
        return self._call(".", "CLIENT GETNAME")

    @typed
    def client_getredir(self) -> Request[int]:
        return self._call(".", "CLIENT GETREDIR")

    @typed
    def client_help(self) -> Request[list[T]]:
        return self._call(".", "CLIENT HELP")

    @typed
    def client_id(self) -> Request[int]:
        return self._call(".", "CLIENT ID")

    @typed
    def client_info(self) -> Request[T]:
        return self._call(".", "CLIENT INFO")

    @typed
    def client_kill(
        self,
        *,
        id: int | None = None,
        type: Argument | None = None,
        user: Argument | None = None,
        addr: Argument | None = None,
        laddr: Argument | None = None,
        skipme: Literal["YES", "NO"] | None = None,
        maxage: int | None = None,
    ) -> Request[int]:
        """CLIENT KILL <old-format | <[ID client-id] | [TYPE normal | master | primary | slave | replica | pubsub] | [USER username] | [ADDR addr] | [LADDR laddr] | [SKIPME YES | NO] | [MAXAGE maxage]> [<[ID client-id] | [TYPE normal | master | primary | slave | replica | pubsub] | [USER username] | [ADDR addr] | [LADDR laddr] | [SKIPME YES | NO] | [MAXAGE maxage]> ...]>"""
        return self._call(
            ".",
            "CLIENT KILL",
            ID=id,
            TYPE=type,
            USER=user,
            ADDR=addr,
            LADDR=laddr,
            SKIPME=skipme,
            MAXAGE=maxage,
        )

    @typed
    def client_list(
        self,
        *,
        type: Literal["normal", "master", "replica", "pubsub"] | None = None,
        id: Sequence[int] | None = None,
    ) -> Request[T]:
        """CLIENT LIST [TYPE normal | master | replica | pubsub] [ID client-id [ID client-id ...]]"""
        return self._call(".", "CLIENT LIST", TYPE=type, ID=id)

    @typed
    def client_no_evict(self, enabled: Literal["ON", "OFF"]) -> Request[bool]:
        return self._call("o", "CLIENT NO-EVICT", enabled)

    @typed
    def client_no_touch(self, enabled: Literal["ON", "OFF"]) -> Request[bool]:
        return self._call("o", "CLIENT NO-TOUCH", enabled)

    @typed
    def client_pause(
        self, timeout: int, *, write: bool = False, all: bool = False
    ) -> Request[bool]:
        return self._call("o", "CLIENT PAUSE", timeout, WRITE=write, ALL=all)

    @typed
    def client_setinfo(
        self, attribute: Literal["LIB-NAME", "LIB-VER"], value: Argument
    ) -> Request[bool]:
        """CLIENT SETINFO <lib-name libname | lib-ver libver>"""
        return self._call("o", "CLIENT SETINFO", attribute, value)

    @typed
    def client_setname(self, connection_name: Argument) -> Request[bool]:
        return self._call("o", "CLIENT SETNAME", connection_name)

    @typed
    def client_tracking(
        self,
        status: Literal["ON", "OFF"],
        *,
        redirect: int | None = None,
        prefix: Sequence[Argument] = (),
        bcast: bool = False,
        optin: bool = False,
        optout: bool = False,
        noloop: bool = False,
    ) -> Request[bool]:
        """CLIENT TRACKING <ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]"""
        return self._call(
            "o",
            "CLIENT TRACKING",
            status,
            REDIRECT=redirect,
            _=interleaved("PREFIX", prefix),
            BCAST=bcast,
            OPTIN=optin,
            OPTOUT=optout,
            NOLOOP=noloop,
        )

    @typed
    def client_trackinginfo(self) -> Request[dict[T, Any]]:
        return self._call("|flags=[.,prefixes=[.;", "CLIENT TRACKINGINFO")

    @typed
    def client_unblock(
        self, client_id: int, *, timeout: bool = False, error: bool = False
    ) -> Request[bool]:
        return self._call("b", "CLIENT UNBLOCK", client_id, TIMEOUT=timeout, ERROR=error)

    @typed
    def client_unpause(self) -> Request[bool]:
        return self._call("o", "CLIENT UNPAUSE")

    @typed
    def cluster_addslots(self, *slots: int) -> Request[bool]:
        return self._call("o", "CLUSTER ADDSLOTS", *slots)

    @typed
    def cluster_addslotsrange(self, *ranges: tuple[int, int]) -> Request[bool]:
        """CLUSTER ADDSLOTSRANGE start-slot end-slot [start-slot end-slot ...]"""
        return self._call(
            "o", "CLUSTER ADDSLOTSRANGE", _=[each for pair in ranges for each in pair]
        )

    @typed
    def cluster_bumpepoch(self) -> Request[T]:
        return self._call(".", "CLUSTER BUMPEPOCH")

    @typed
    def cluster_count_failure_reports(self, node_id: Argument) -> Request[int]:
        return self._call(".", "CLUSTER COUNT-FAILURE-REPORTS", node_id)

    @typed
    def cluster_countkeysinslot(self, slot: int) -> Request[int]:
        return self._call(".", "CLUSTER COUNTKEYSINSLOT", slot)

    @typed
    def cluster_delslots(self, *slots: int) -> Request[bool]:
        return self._call("o", "CLUSTER DELSLOTS", *slots)

    @typed
    def cluster_delslotsrange(self, *ranges: tuple[int, int]) -> Request[bool]:
        """CLUSTER DELSLOTSRANGE start-slot end-slot [start-slot end-slot ...]"""
        return self._call(
            "o", "CLUSTER DELSLOTSRANGE", _=[each for pair in ranges for each in pair]
        )

    @typed
    def cluster_failover(self, *, force: bool = False, takeover: bool = False) -> Request[bool]:
        return self._call("o", "CLUSTER FAILOVER", FORCE=force, TAKEOVER=takeover)

    @typed
    def cluster_flushslots(self) -> Request[bool]:
        return self._call("o", "CLUSTER FLUSHSLOTS")

    @typed
    def cluster_forget(self, node_id: Argument) -> Request[bool]:
        return self._call("o", "CLUSTER FORGET", node_id)

    @typed
    def cluster_getkeysinslot(self, slot: int, count: int) -> Request[list[T]]:
        return self._call(".", "CLUSTER GETKEYSINSLOT", slot, count)

    @typed
    def cluster_help(self) -> Request[list[T]]:
        return self._call(".", "CLUSTER HELP")

    @typed
    def cluster_info(self) -> Request[T]:
        return self._call(".", "CLUSTER INFO")

    @typed
    def cluster_keyslot(self, key: Argument) -> Request[int]:
        return self._call(".", "CLUSTER KEYSLOT", key)

    @typed
    def cluster_links(self) -> Request[list[dict[T, Any]]]:
        return self._call("[{.", "CLUSTER LINKS")

    @typed
    def cluster_meet(
        self, ip: Argument, port: int, cluster_bus_port: int | None = None
    ) -> Request[bool]:
        return self._call("o", "CLUSTER MEET", ip, port, _=cluster_bus_port)

    @typed
    def cluster_myid(self) -> Request[T]:
        return self._call(".", "CLUSTER MYID")

    @typed
    def cluster_myshardid(self) -> Request[T]:
        return self._call(".", "CLUSTER MYSHARDID")

    @typed
    def cluster_nodes(self) -> Request[T]:
        return self._call(".", "CLUSTER NODES")

    @typed
    def cluster_replicas(self, node_id: Argument) -> Request[list[T]]:
        return self._call(".", "CLUSTER REPLICAS", node_id)

    @typed
    def cluster_replicate(self, node_id: Argument) -> Request[bool]:
        return self._call("o", "CLUSTER REPLICATE", node_id)

    @typed
    def cluster_reset(self, *, hard: bool = False, soft: bool = False) -> Request[bool]:
        return self._call("o", "CLUSTER RESET", HARD=hard, SOFT=soft)

    @typed
    def cluster_saveconfig(self) -> Request[bool]:
        return self._call("o", "CLUSTER SAVECONFIG")

    @typed
    def cluster_set_config_epoch(self, config_epoch: int) -> Request[bool]:
        return self._call("o", "CLUSTER SET-CONFIG-EPOCH", config_epoch)

    @typed
    def cluster_setslot(
        self,
        slot: int,
        *,
        importing: Argument | None = None,
        migrating: Argument | None = None,
        node: Argument | None = None,
        stable: bool = False,
        timeout: int | None = None,
    ) -> Request[bool]:
        """CLUSTER SETSLOT slot <IMPORTING importing | MIGRATING migrating | NODE node | STABLE> [TIMEOUT timeout]"""
        return self._call(
            "o",
            "CLUSTER SETSLOT",
            slot,
            IMPORTING=importing,
            MIGRATING=migrating,
            NODE=node,
            STABLE=stable,
            TIMEOUT=timeout,
        )

    @typed
    def cluster_shards(self) -> Request[list[dict[T, Any]]]:
        return self._call("[|nodes=[{.;", "CLUSTER SHARDS")

    @typed
    def cluster_slaves(self, node_id: Argument) -> Request[list[T]]:
        return self._call(".", "CLUSTER SLAVES", node_id)

    @typed
    def cluster_slot_stats(
        self,
        *,
        slotsrange: tuple[int, int] | None = None,
        orderby: Argument | None = None,
        limit: int | None = None,
        asc: bool = False,
        desc: bool = False,
    ) -> Request[list[tuple[int, dict[T, Any]]]]:
        """CLUSTER SLOT-STATS <SLOTSRANGE start-slot end-slot | ORDERBY metric [LIMIT limit] [ASC | DESC]>"""
        return self._call(
            "[(.{.)",
            "CLUSTER SLOT-STATS",
            SLOTSRANGE=slotsrange,
            ORDERBY=orderby,
            LIMIT=limit,
            ASC=asc,
            DESC=desc,
        )

    @typed
    def cluster_slots(self) -> Request[list[Any]]:
        return self._call(".", "CLUSTER SLOTS")

    @typed
    def command_count(self) -> Request[int]:
        return self._call(".", "COMMAND COUNT")

    @typed
    def command_docs(self, *command_names: Argument) -> Request[dict[T, dict[T, Any]]]:
        return self._call("{{.", "COMMAND DOCS", *command_names)

    @typed
    def command_getkeys(self, command: Argument, *args: Argument) -> Request[list[T]]:
        return self._call(".", "COMMAND GETKEYS", command, *args)

    @typed
    def command_getkeysandflags(
        self, command: Argument, *args: Argument
    ) -> Request[list[tuple[T, list[T]]]]:
        return self._call("[(.[.)", "COMMAND GETKEYSANDFLAGS", command, *args)

    @typed
    def command_help(self) -> Request[list[T]]:
        return self._call(".", "COMMAND HELP")

    @typed
    def command_info(self, *command_names: Argument) -> Request[list[Any]]:
        return self._call(".", "COMMAND INFO", *command_names)

    @typed
    def command_list(
        self,
        *,
        module: Argument | None = None,
        aclcat: Argument | None = None,
        pattern: Argument | None = None,
    ) -> Request[list[T]]:
        """COMMAND LIST [FILTERBY MODULE module-name | ACLCAT category | PATTERN pattern]"""
        return self._call(
            ".",
            "COMMAND LIST",
            FILTERBY=interleaved("MODULE", [module])
            if module
            else interleaved("ACLCAT", [aclcat])
            if aclcat
            else interleaved("PATTERN", [pattern])
            if pattern
            else None,
        )

    @typed
    def config_get(self, *parameters: Argument) -> Request[dict[T, T]]:
        return self._call("{.", "CONFIG GET", *parameters)

    @typed
    def config_help(self) -> Request[list[T]]:
        return self._call(".", "CONFIG HELP")

    @typed
    def config_resetstat(self) -> Request[bool]:
        return self._call("o", "CONFIG RESETSTAT")

    @typed
    def config_rewrite(self) -> Request[bool]:
        return self._call("o", "CONFIG REWRITE")

    @typed
    def config_set(self, mapping: Fields) -> Request[bool]:
        """CONFIG SET parameter value [parameter value ...]"""
        return self._call("o", "CONFIG SET", _=mapping)

    @typed
    def copy(
        self, source: Key, destination: Key, *, db: int | None = None, replace: bool = False
    ) -> Request[bool]:
        return self._call("b", "COPY", source, destination, DB=db, REPLACE=replace)

    @typed
    def dbsize(self) -> Request[int]:
        return self._call(".", "DBSIZE")

    @typed
    def decr(self, key: Key) -> Request[int]:
        return self._call(".", "DECR", key)

    @typed
    def decrby(self, key: Key, decrement: int) -> Request[int]:
        return self._call(".", "DECRBY", key, decrement)

    @typed
    def delete(self, *keys: Key) -> Request[int]:
        return self._call(".", "DEL", *keys)

    @typed
    def dump(self, key: Key) -> Request[bytes | None]:
        return self._call("r", "DUMP", key)

    @typed
    def echo(self, message: Argument) -> Request[T]:
        return self._call(".", "ECHO", message)

    @typed
    def eval(self, script: Argument, numkeys: int, *keys_and_args: Argument) -> Request[Any]:
        """EVAL script numkeys [key [key ...]] [arg [arg ...]]"""
        return self._call(".", "EVAL", script, numkeys, *keys_and_args)

    @typed
    def evalsha(self, sha1: Argument, numkeys: int, *keys_and_args: Argument) -> Request[Any]:
        """EVALSHA sha1 numkeys [key [key ...]] [arg [arg ...]]"""
        return self._call(".", "EVALSHA", sha1, numkeys, *keys_and_args)

    @typed
    def evalsha_ro(self, sha1: Argument, numkeys: int, *keys_and_args: Argument) -> Request[Any]:
        """EVALSHA_RO sha1 numkeys [key [key ...]] [arg [arg ...]]"""
        return self._call(".", "EVALSHA_RO", sha1, numkeys, *keys_and_args)

    @typed
    def eval_ro(self, script: Argument, numkeys: int, *keys_and_args: Argument) -> Request[Any]:
        """EVAL_RO script numkeys [key [key ...]] [arg [arg ...]]"""
        return self._call(".", "EVAL_RO", script, numkeys, *keys_and_args)

    @typed
    def exists(self, *keys: Key) -> Request[int]:
        return self._call(".", "EXISTS", *keys)

    @typed
    def expire(
        self,
        key: Key,
        seconds: int,
        *,
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Request[bool]:
        return self._call("b", "EXPIRE", key, seconds, NX=nx, XX=xx, GT=gt, LT=lt)

    @typed
    def expireat(
        self,
        key: Key,
        unix_time_seconds: int,
        *,
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Request[bool]:
        return self._call("b", "EXPIREAT", key, unix_time_seconds, NX=nx, XX=xx, GT=gt, LT=lt)

    @typed
    def expiretime(self, key: Key) -> Request[int]:
        return self._call(".", "EXPIRETIME", key)

    @typed
    def failover(
        self,
        *,
        to: tuple[str, int] | None = None,
        force: bool = False,
        abort: bool = False,
        timeout: int | None = None,
    ) -> Request[bool]:
        """FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]"""
        return self._call("o", "FAILOVER", TO=to, FORCE=force, ABORT=abort, TIMEOUT=timeout)

    @typed
    def fcall(self, function: Argument, numkeys: int, *keys_and_args: Argument) -> Request[Any]:
        """FCALL function numkeys [key [key ...]] [arg [arg ...]]"""
        return self._call(".", "FCALL", function, numkeys, *keys_and_args)

    @typed
    def fcall_ro(self, function: Argument, numkeys: int, *keys_and_args: Argument) -> Request[Any]:
        """FCALL_RO function numkeys [key [key ...]] [arg [arg ...]]"""
        return self._call(".", "FCALL_RO", function, numkeys, *keys_and_args)

    @typed
    def flushall(self, *, async_: bool = False, sync: bool = False) -> Request[bool]:
        return self._call("o", "FLUSHALL", ASYNC=async_, SYNC=sync)

    @typed
    def flushdb(self, *, async_: bool = False, sync: bool = False) -> Request[bool]:
        return self._call("o", "FLUSHDB", ASYNC=async_, SYNC=sync)

    @typed
    def function_delete(self, library_name: Argument) -> Request[bool]:
        return self._call("o", "FUNCTION DELETE", library_name)

    @typed
    def function_dump(self) -> Request[bytes]:
        return self._call("r", "FUNCTION DUMP")

    @typed
    def function_flush(self, *, async_: bool = False, sync: bool = False) -> Request[bool]:
        return self._call("o", "FUNCTION FLUSH", ASYNC=async_, SYNC=sync)

    @typed
    def function_help(self) -> Request[list[T]]:
        return self._call(".", "FUNCTION HELP")

    @typed
    def function_kill(self) -> Request[bool]:
        return self._call("o", "FUNCTION KILL")

    @typed
    def function_list(
        self, *, libraryname: Argument | None = None, withcode: bool = False
    ) -> Request[list[dict[T, Any]]]:
        return self._call(
            "[|functions=[{.;", "FUNCTION LIST", LIBRARYNAME=libraryname, WITHCODE=withcode
        )

    @typed
    def function_load(self, function_code: Argument, *, replace: bool = False) -> Request[T]:
        return self._call(".", "FUNCTION LOAD", REPLACE=replace, _=function_code)

    @typed
    def function_restore(
        self,
        serialized_value: Argument,
        *,
        flush: bool = False,
        append: bool = False,
        replace: bool = False,
    ) -> Request[bool]:
        return self._call(
            "o", "FUNCTION RESTORE", serialized_value, FLUSH=flush, APPEND=append, REPLACE=replace
        )

    @typed
    def function_stats(self) -> Request[dict[T, Any]]:
        return self._call("|running_script={.,engines={{.;", "FUNCTION STATS")

    @typed
    def geoadd(
        self,
        key: Key,
        *places: tuple[float, float, Argument],
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
    ) -> Request[int]:
        """GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]"""
        return self._call(
            ".", "GEOADD", key, NX=nx, XX=xx, CH=ch, _=[each for place in places for each in place]
        )

    @typed
    def geodist(
        self,
        key: Key,
        member1: Argument,
        member2: Argument,
        unit: Literal["m", "km", "ft", "mi"] = "m",
    ) -> Request[float | None]:
        """GEODIST key member1 member2 [m | km | ft | mi]"""
        return self._call("f", "GEODIST", key, member1, member2, unit)

    @typed
    def geohash(self, key: Key, *members: Argument) -> Request[list[T]]:
        return self._call(".", "GEOHASH", key, *members)

    @typed
    def geopos(self, key: Key, *members: Argument) -> Request[list[tuple[float, float] | None]]:
        """GEOPOS key [member [member ...]]"""
        return self._call("[(ff)", "GEOPOS", key, *members)

    @typed
    def georadius(
        self,
        key: Key,
        longitude: float,
        latitude: float,
        radius: float,
        unit: Literal["m", "km", "ft", "mi"] = "m",
        *,
        asc: bool = False,
        desc: bool = False,
        count: int | None = None,
        any: bool = False,
        withcoord: bool = False,
        withdist: bool = False,
        withhash: bool = False,
        store: Key | None = None,
        storedist: Key | None = None,
    ) -> Request[Any]:
        """GEORADIUS key longitude latitude radius <m | km | ft | mi> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE storekey | STOREDIST storedistkey]"""
        return self._call(
            geo(withdist, withhash, withcoord),
            "GEORADIUS",
            key,
            longitude,
            latitude,
            radius,
            unit,
            WITHCOORD=withcoord,
            WITHDIST=withdist,
            WITHHASH=withhash,
            COUNT=count,
            ANY=any,
            ASC=asc,
            DESC=desc,
            STORE=store,
            STOREDIST=storedist,
        )

    @typed
    def georadiusbymember(
        self,
        key: Key,
        member: Argument,
        radius: float,
        unit: Literal["m", "km", "ft", "mi"] = "m",
        *,
        asc: bool = False,
        desc: bool = False,
        count: int | None = None,
        any: bool = False,
        withcoord: bool = False,
        withdist: bool = False,
        withhash: bool = False,
        store: Key | None = None,
        storedist: Key | None = None,
    ) -> Request[Any]:
        """GEORADIUSBYMEMBER key member radius <m | km | ft | mi> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE storekey | STOREDIST storedistkey]"""
        return self._call(
            geo(withdist, withhash, withcoord),
            "GEORADIUSBYMEMBER",
            key,
            member,
            radius,
            unit,
            WITHCOORD=withcoord,
            WITHDIST=withdist,
            WITHHASH=withhash,
            COUNT=count,
            ANY=any,
            ASC=asc,
            DESC=desc,
            STORE=store,
            STOREDIST=storedist,
        )

    @typed
    def georadiusbymember_ro(
        self,
        key: Key,
        member: Argument,
        radius: float,
        unit: Literal["m", "km", "ft", "mi"] = "m",
        *,
        asc: bool = False,
        desc: bool = False,
        count: int | None = None,
        any: bool = False,
        withcoord: bool = False,
        withdist: bool = False,
        withhash: bool = False,
    ) -> Request[list[Any]]:
        """GEORADIUSBYMEMBER_RO key member radius <m | km | ft | mi> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]"""
        return self._call(
            geo(withdist, withhash, withcoord),
            "GEORADIUSBYMEMBER_RO",
            key,
            member,
            radius,
            unit,
            WITHCOORD=withcoord,
            WITHDIST=withdist,
            WITHHASH=withhash,
            COUNT=count,
            ANY=any,
            ASC=asc,
            DESC=desc,
        )

    @typed
    def georadius_ro(
        self,
        key: Key,
        longitude: float,
        latitude: float,
        radius: float,
        unit: Literal["m", "km", "ft", "mi"] = "m",
        *,
        asc: bool = False,
        desc: bool = False,
        count: int | None = None,
        any: bool = False,
        withcoord: bool = False,
        withdist: bool = False,
        withhash: bool = False,
    ) -> Request[list[Any]]:
        """GEORADIUS_RO key longitude latitude radius <m | km | ft | mi> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]"""
        return self._call(
            geo(withdist, withhash, withcoord),
            "GEORADIUS_RO",
            key,
            longitude,
            latitude,
            radius,
            unit,
            WITHCOORD=withcoord,
            WITHDIST=withdist,
            WITHHASH=withhash,
            COUNT=count,
            ANY=any,
            ASC=asc,
            DESC=desc,
        )

    @typed
    def geosearch(
        self,
        key: Key,
        *,
        member: Argument | None = None,
        longitude: float | None = None,
        latitude: float | None = None,
        unit: Literal["m", "km", "ft", "mi"] = "m",
        radius: float | None = None,
        width: float | None = None,
        height: float | None = None,
        asc: bool = False,
        desc: bool = False,
        count: int | None = None,
        any: bool = False,
        withcoord: bool = False,
        withdist: bool = False,
        withhash: bool = False,
    ) -> Request[list[Any]]:
        """GEOSEARCH key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <m | km | ft | mi> | BYBOX width height <m | km | ft | mi>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]"""
        return self._call(
            geo(withdist, withhash, withcoord),
            "GEOSEARCH",
            key,
            FROMMEMBER=member,
            FROMLONLAT=None if longitude is None else (longitude, latitude),
            BYRADIUS=None if radius is None else (radius, unit),
            BYBOX=None if width is None else (width, height, unit),
            WITHCOORD=withcoord,
            WITHDIST=withdist,
            WITHHASH=withhash,
            COUNT=count,
            ANY=any,
            ASC=asc,
            DESC=desc,
        )

    @typed
    def geosearchstore(
        self,
        destination: Key,
        source: Key,
        *,
        member: Argument | None = None,
        longitude: float | None = None,
        latitude: float | None = None,
        unit: Literal["m", "km", "ft", "mi"] = "m",
        radius: float | None = None,
        width: float | None = None,
        height: float | None = None,
        asc: bool = False,
        desc: bool = False,
        count: int | None = None,
        any: bool = False,
        storedist: bool = False,
    ) -> Request[int]:
        """GEOSEARCHSTORE destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <m | km | ft | mi> | BYBOX width height <m | km | ft | mi>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]"""
        return self._call(
            ".",
            "GEOSEARCHSTORE",
            destination,
            source,
            FROMMEMBER=member,
            FROMLONLAT=None if longitude is None else (longitude, latitude),
            BYRADIUS=None if radius is None else (radius, unit),
            BYBOX=None if width is None else (width, height, unit),
            ASC=asc,
            DESC=desc,
            COUNT=count,
            ANY=any,
            STOREDIST=storedist,
        )

    @typed
    def get(self, key: Key) -> Request[T | None]:
        return self._call(".", "GET", key)

    @typed
    def getbit(self, key: Key, offset: int) -> Request[int]:
        return self._call(".", "GETBIT", key, offset)

    @typed
    def getdel(self, key: Key) -> Request[T | None]:
        return self._call(".", "GETDEL", key)

    @typed
    def getex(
        self,
        key: Key,
        *,
        ex: int | None = None,
        px: int | None = None,
        exat: int | None = None,
        pxat: int | None = None,
        persist: bool = False,
    ) -> Request[T | None]:
        return self._call(".", "GETEX", key, EX=ex, PX=px, EXAT=exat, PXAT=pxat, PERSIST=persist)

    @typed
    def getrange(self, key: Key, start: int, end: int) -> Request[T]:
        return self._call(".", "GETRANGE", key, start, end)

    @typed
    def getset(self, key: Key, value: Argument) -> Request[T | None]:
        return self._call(".", "GETSET", key, value)

    @typed
    def hdel(self, key: Key, *fields: Argument) -> Request[int]:
        return self._call(".", "HDEL", key, *fields)

    @typed
    def hexists(self, key: Key, field: Argument) -> Request[bool]:
        return self._call("b", "HEXISTS", key, field)

    @typed
    def hget(self, key: Key, field: Argument) -> Request[T | None]:
        return self._call(".", "HGET", key, field)

    @typed
    def hgetall(self, key: Key) -> Request[dict[T, T]]:
        return self._call("{.", "HGETALL", key)

    @typed
    def hincrby(self, key: Key, field: Argument, increment: int) -> Request[int]:
        return self._call(".", "HINCRBY", key, field, increment)

    @typed
    def hincrbyfloat(self, key: Key, field: Argument, increment: float) -> Request[float]:
        return self._call("f", "HINCRBYFLOAT", key, field, increment)

    @typed
    def hkeys(self, key: Key) -> Request[list[T]]:
        return self._call(".", "HKEYS", key)

    @typed
    def hlen(self, key: Key) -> Request[int]:
        return self._call(".", "HLEN", key)

    @typed
    def hmget(self, key: Key, *fields: Argument) -> Request[list[T | None]]:
        return self._call(".", "HMGET", key, *fields)

    @typed
    def hmset(self, key: Key, mapping: Fields) -> Request[bool]:
        """HMSET key field value [field value ...]"""
        return self._call("o", "HMSET", key, _=mapping)

    def _hrandfield(self, key: Key) -> Request[T | None]:
        return self._call("", "")

    @either(_hrandfield)
    def hrandfield(self, key: Key, count: int = _NO, *, withvalues: bool = False) -> Request[Any]:
        """HRANDFIELD key [count [WITHVALUES]]"""
        return self._call(
            "*.." if withvalues else ".", "HRANDFIELD", key, _=count, WITHVALUES=withvalues
        )

    def _hscan(
        self,
        key: Key,
        cursor: int = 0,
        *,
        match: Argument | None = None,
        count: int | None = None,
        novalues: Literal[False] = False,
    ) -> Request[tuple[int, dict[T, T]]]:
        return self._call("", "")

    @either(_hscan)
    def hscan(
        self,
        key: Key,
        cursor: int = 0,
        *,
        match: Argument | None = None,
        count: int | None = None,
        novalues: Literal[True] = _NO,
    ) -> Request[tuple[int, list[T]]]:
        """HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]"""
        return self._call(
            "(i[.)" if novalues else "(i{.)",
            "HSCAN",
            key,
            cursor,
            MATCH=match,
            COUNT=count,
            NOVALUES=novalues,
        )

    @typed
    def hset(
        self,
        key: Key,
        field: Argument | None = None,
        value: Argument | None = None,
        *,
        mapping: Fields | None = None,
    ) -> Request[int]:
        """HSET key field value [field value ...]"""
        return self._call(".", "HSET", key, _=field, __=value, ___=mapping)

    @typed
    def hsetnx(self, key: Key, field: Argument, value: Argument) -> Request[bool]:
        return self._call("b", "HSETNX", key, field, value)

    @typed
    def hstrlen(self, key: Key, field: Argument) -> Request[int]:
        return self._call(".", "HSTRLEN", key, field)

    @typed
    def hvals(self, key: Key) -> Request[list[T]]:
        return self._call(".", "HVALS", key)

    @typed
    def incr(self, key: Key) -> Request[int]:
        return self._call(".", "INCR", key)

    @typed
    def incrby(self, key: Key, increment: int) -> Request[int]:
        return self._call(".", "INCRBY", key, increment)

    @typed
    def incrbyfloat(self, key: Key, increment: float) -> Request[float]:
        return self._call("f", "INCRBYFLOAT", key, increment)

    @typed
    def info(self, *sections: Argument) -> Request[T]:
        return self._call(".", "INFO", *sections)

    @typed
    def keys(self, pattern: Argument) -> Request[list[T]]:
        return self._call(".", "KEYS", pattern)

    @typed
    def lastsave(self) -> Request[int]:
        return self._call(".", "LASTSAVE")

    @typed
    def latency_doctor(self) -> Request[T]:
        return self._call(".", "LATENCY DOCTOR")

    @typed
    def latency_graph(self, event: Argument) -> Request[T]:
        return self._call(".", "LATENCY GRAPH", event)

    @typed
    def latency_help(self) -> Request[list[T]]:
        return self._call(".", "LATENCY HELP")

    @typed
    def latency_histogram(self, *commands: Argument) -> Request[dict[T, dict[T, Any]]]:
        """LATENCY HISTOGRAM [COMMAND [COMMAND ...]]"""
        return self._call("{|histogram_usec={.;", "LATENCY HISTOGRAM", *commands)

    @typed
    def latency_history(self, event: Argument) -> Request[list[tuple[int, int]]]:
        return self._call("[(..)", "LATENCY HISTORY", event)

    @typed
    def latency_latest(self) -> Request[list[tuple[T, int, int, int]]]:
        return self._call("[(....)", "LATENCY LATEST")

    @typed
    def latency_reset(self, *events: Argument) -> Request[int]:
        return self._call(".", "LATENCY RESET", *events)

    @typed
    def lcs(
        self,
        key1: Key,
        key2: Key,
        *,
        len: bool = False,
        idx: bool = False,
        minmatchlen: int | None = None,
        withmatchlen: bool = False,
    ) -> Request[Any]:
        """LCS key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]"""
        return self._call(
            "{." if idx else ".",
            "LCS",
            key1,
            key2,
            LEN=len,
            IDX=idx,
            MINMATCHLEN=minmatchlen,
            WITHMATCHLEN=withmatchlen,
        )

    @typed
    def lindex(self, key: Key, index: int) -> Request[T | None]:
        return self._call(".", "LINDEX", key, index)

    @typed
    def linsert(
        self, key: Key, where: Literal["BEFORE", "AFTER"], pivot: Argument, element: Argument
    ) -> Request[int]:
        return self._call(".", "LINSERT", key, where, pivot, element)

    @typed
    def llen(self, key: Key) -> Request[int]:
        return self._call(".", "LLEN", key)

    @typed
    def lmove(
        self,
        source: Key,
        destination: Key,
        wherefrom: Literal["LEFT", "RIGHT"],
        whereto: Literal["LEFT", "RIGHT"],
    ) -> Request[T]:
        return self._call(".", "LMOVE", source, destination, wherefrom, whereto)

    @typed
    def lmpop(
        self, where: Literal["LEFT", "RIGHT"], *keys: Key, count: int | None = None
    ) -> Request[tuple[T, list[T]] | None]:
        """LMPOP numkeys key [key ...] <LEFT | RIGHT> [COUNT count]"""
        return self._call("(.[.)", "LMPOP", len(keys), *keys, where, COUNT=count)

    @typed
    def lolwut(self, *, version: int | None = None) -> Request[T]:
        return self._call(".", "LOLWUT", VERSION=version)

    def _lpop(self, key: Key) -> Request[T | None]:
        return self._call("", "")

    @either(_lpop)
    def lpop(self, key: Key, count: int = _NO) -> Request[list[T] | None]:
        """LPOP key [count]"""
        return self._call(".", "LPOP", key, _=count)

    def _lpos(
        self, key: Key, element: Argument, *, rank: int | None = None, maxlen: int | None = None
    ) -> Request[int | None]:
        return self._call("", "")

    @either(_lpos)
    def lpos(
        self,
        key: Key,
        element: Argument,
        *,
        rank: int | None = None,
        count: int = _NO,
        maxlen: int | None = None,
    ) -> Request[list[int]]:
        """LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]"""
        return self._call(".", "LPOS", key, element, RANK=rank, COUNT=count, MAXLEN=maxlen)

    @typed
    def lpush(self, key: Key, *elements: Argument) -> Request[int]:
        return self._call(".", "LPUSH", key, *elements)

    @typed
    def lpushx(self, key: Key, *elements: Argument) -> Request[int]:
        return self._call(".", "LPUSHX", key, *elements)

    @typed
    def lrange(self, key: Key, start: int, stop: int) -> Request[list[T]]:
        return self._call(".", "LRANGE", key, start, stop)

    @typed
    def lrem(self, key: Key, count: int, element: Argument) -> Request[int]:
        return self._call(".", "LREM", key, count, element)

    @typed
    def lset(self, key: Key, index: int, element: Argument) -> Request[bool]:
        return self._call("o", "LSET", key, index, element)

    @typed
    def ltrim(self, key: Key, start: int, stop: int) -> Request[bool]:
        return self._call("o", "LTRIM", key, start, stop)

    @typed
    def memory_doctor(self) -> Request[T]:
        return self._call(".", "MEMORY DOCTOR")

    @typed
    def memory_help(self) -> Request[list[T]]:
        return self._call(".", "MEMORY HELP")

    @typed
    def memory_malloc_stats(self) -> Request[T]:
        return self._call(".", "MEMORY MALLOC-STATS")

    @typed
    def memory_purge(self) -> Request[bool]:
        return self._call("o", "MEMORY PURGE")

    @typed
    def memory_stats(self) -> Request[dict[T, Any]]:
        return self._call("{.", "MEMORY STATS")

    @typed
    def memory_usage(self, key: Key, *, samples: int | None = None) -> Request[int | None]:
        return self._call(".", "MEMORY USAGE", key, SAMPLES=samples)

    @typed
    def mget(self, *keys: Key) -> Request[list[T | None]]:
        return self._call(".", "MGET", *keys)

    @typed
    def migrate(
        self,
        host: str,
        port: int,
        keys: Sequence[Key],
        destination_db: int,
        timeout: int,
        *,
        copy: bool = False,
        replace: bool = False,
        auth: Argument | None = None,
        auth2: tuple[Argument, Argument] | None = None,
    ) -> Request[bool | T]:
        """MIGRATE host port <key | ""> destination-db timeout [COPY] [REPLACE] [AUTH auth | AUTH2 username password] [KEYS keys [KEYS keys ...]]"""
        return self._call(
            "o",
            "MIGRATE",
            host,
            port,
            "",
            destination_db,
            timeout,
            COPY=copy,
            REPLACE=replace,
            AUTH=auth,
            AUTH2=auth2,
            KEYS=keys,
        )

    @typed
    def module_help(self) -> Request[list[T]]:
        return self._call(".", "MODULE HELP")

    @typed
    def module_list(self) -> Request[list[dict[T, Any]]]:
        return self._call("[{.", "MODULE LIST")

    @typed
    def module_load(self, path: Argument, *args: Argument) -> Request[bool]:
        return self._call("o", "MODULE LOAD", path, *args)

    @typed
    def module_loadex(
        self,
        path: Argument,
        *,
        config: Fields | None = None,
        args: Sequence[Argument] | None = None,
    ) -> Request[bool]:
        """MODULE LOADEX path [CONFIG name value [CONFIG name value ...]] [ARGS args [ARGS args ...]]"""
        return self._call(
            "o",
            "MODULE LOADEX",
            path,
            _=[each for name, value in (config or {}).items() for each in ("CONFIG", name, value)],
            ARGS=args,
        )

    @typed
    def module_unload(self, name: Argument) -> Request[bool]:
        return self._call("o", "MODULE UNLOAD", name)

    @typed
    def move(self, key: Key, db: int) -> Request[bool]:
        return self._call("b", "MOVE", key, db)

    @typed
    def mset(self, mapping: Fields) -> Request[bool]:
        """MSET key value [key value ...]"""
        return self._call("o", "MSET", _=mapping)

    @typed
    def msetnx(self, mapping: Fields) -> Request[bool]:
        """MSETNX key value [key value ...]"""
        return self._call("b", "MSETNX", _=mapping)

    @typed
    def object_encoding(self, key: Key) -> Request[T | None]:
        return self._call(".", "OBJECT ENCODING", key)

    @typed
    def object_freq(self, key: Key) -> Request[int]:
        return self._call(".", "OBJECT FREQ", key)

    @typed
    def object_help(self) -> Request[list[T]]:
        return self._call(".", "OBJECT HELP")

    @typed
    def object_idletime(self, key: Key) -> Request[int]:
        return self._call(".", "OBJECT IDLETIME", key)

    @typed
    def object_refcount(self, key: Key) -> Request[int]:
        return self._call(".", "OBJECT REFCOUNT", key)

    @typed
    def persist(self, key: Key) -> Request[bool]:
        return self._call("b", "PERSIST", key)

    @typed
    def pexpire(
        self,
        key: Key,
        milliseconds: int,
        *,
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Request[bool]:
        return self._call("b", "PEXPIRE", key, milliseconds, NX=nx, XX=xx, GT=gt, LT=lt)

    @typed
    def pexpireat(
        self,
        key: Key,
        unix_time_milliseconds: int,
        *,
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Request[bool]:
        return self._call("b", "PEXPIREAT", key, unix_time_milliseconds, NX=nx, XX=xx, GT=gt, LT=lt)

    @typed
    def pexpiretime(self, key: Key) -> Request[int]:
        return self._call(".", "PEXPIRETIME", key)

    @typed
    def pfadd(self, key: Key, *elements: Argument) -> Request[bool]:
        return self._call("b", "PFADD", key, *elements)

    @typed
    def pfcount(self, *keys: Key) -> Request[int]:
        return self._call(".", "PFCOUNT", *keys)

    @typed
    def pfdebug(self, subcommand: Argument, key: Key) -> Request[Any]:
        return self._call(".", "PFDEBUG", subcommand, key)

    @typed
    def pfmerge(self, destkey: Key, *sourcekeys: Key) -> Request[bool]:
        return self._call("o", "PFMERGE", destkey, *sourcekeys)

    @typed
    def pfselftest(self) -> Request[bool]:
        return self._call("o", "PFSELFTEST")

    @typed
    def ping(self, message: Argument | None = None) -> Request[T]:
        return self._call(".", "PING", _=message)

    @typed
    def psetex(self, key: Key, milliseconds: int, value: Argument) -> Request[bool]:
        return self._call("o", "PSETEX", key, milliseconds, value)

    @typed
    def pttl(self, key: Key) -> Request[int]:
        return self._call(".", "PTTL", key)

    @typed
    def publish(self, channel: Argument, message: Argument) -> Request[int]:
        return self._call(".", "PUBLISH", channel, message)

    @typed
    def pubsub_channels(self, pattern: Argument | None = None) -> Request[list[T]]:
        return self._call(".", "PUBSUB CHANNELS", _=pattern)

    @typed
    def pubsub_help(self) -> Request[list[T]]:
        return self._call(".", "PUBSUB HELP")

    @typed
    def pubsub_numpat(self) -> Request[int]:
        return self._call(".", "PUBSUB NUMPAT")

    @typed
    def pubsub_numsub(self, *channels: Argument) -> Request[dict[T, int]]:
        return self._call("{.", "PUBSUB NUMSUB", *channels)

    @typed
    def pubsub_shardchannels(self, pattern: Argument | None = None) -> Request[list[T]]:
        return self._call(".", "PUBSUB SHARDCHANNELS", _=pattern)

    @typed
    def pubsub_shardnumsub(self, *shardchannels: Argument) -> Request[dict[T, int]]:
        return self._call("{.", "PUBSUB SHARDNUMSUB", *shardchannels)

    @typed
    def randomkey(self) -> Request[T | None]:
        return self._call(".", "RANDOMKEY")

    @typed
    def readonly(self) -> Request[bool]:
        return self._call("o", "READONLY")

    @typed
    def readwrite(self) -> Request[bool]:
        return self._call("o", "READWRITE")

    @typed
    def rename(self, key: Key, newkey: Key) -> Request[bool]:
        return self._call("o", "RENAME", key, newkey)

    @typed
    def renamenx(self, key: Key, newkey: Key) -> Request[bool]:
        return self._call("b", "RENAMENX", key, newkey)

    @typed
    def replicaof(self, host: str = "NO", port: int | str = "ONE") -> Request[T]:
        """REPLICAOF <host port | NO ONE>"""
        return self._call(".", "REPLICAOF", host, port)

    @typed
    def restore(
        self,
        key: Key,
        ttl: int,
        serialized_value: Argument,
        *,
        replace: bool = False,
        absttl: bool = False,
        idletime: int | None = None,
        freq: int | None = None,
    ) -> Request[bool]:
        return self._call(
            "o",
            "RESTORE",
            key,
            ttl,
            serialized_value,
            REPLACE=replace,
            ABSTTL=absttl,
            IDLETIME=idletime,
            FREQ=freq,
        )

    @typed
    def restore_asking(
        self,
        key: Key,
        ttl: int,
        serialized_value: Argument,
        *,
        replace: bool = False,
        absttl: bool = False,
        idletime: int | None = None,
        freq: int | None = None,
    ) -> Request[bool]:
        return self._call(
            "o",
            "RESTORE-ASKING",
            key,
            ttl,
            serialized_value,
            REPLACE=replace,
            ABSTTL=absttl,
            IDLETIME=idletime,
            FREQ=freq,
        )

    @typed
    def role(self) -> Request[list[Any]]:
        return self._call(".", "ROLE")

    def _rpop(self, key: Key) -> Request[T | None]:
        return self._call("", "")

    @either(_rpop)
    def rpop(self, key: Key, count: int = _NO) -> Request[list[T] | None]:
        """RPOP key [count]"""
        return self._call(".", "RPOP", key, _=count)

    @typed
    def rpoplpush(self, source: Key, destination: Key) -> Request[T | None]:
        return self._call(".", "RPOPLPUSH", source, destination)

    @typed
    def rpush(self, key: Key, *elements: Argument) -> Request[int]:
        return self._call(".", "RPUSH", key, *elements)

    @typed
    def rpushx(self, key: Key, *elements: Argument) -> Request[int]:
        return self._call(".", "RPUSHX", key, *elements)

    @typed
    def sadd(self, key: Key, *members: Argument) -> Request[int]:
        return self._call(".", "SADD", key, *members)

    @typed
    def save(self) -> Request[bool]:
        return self._call("o", "SAVE")

    @typed
    def scan(
        self,
        cursor: int = 0,
        *,
        match: Argument | None = None,
        count: int | None = None,
        type: Argument | None = None,
    ) -> Request[tuple[int, list[T]]]:
        """SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]"""
        return self._call("(i[.)", "SCAN", cursor, MATCH=match, COUNT=count, TYPE=type)

    @typed
    def scard(self, key: Key) -> Request[int]:
        return self._call(".", "SCARD", key)

    @typed
    def script_debug(self, mode: Literal["YES", "SYNC", "NO"]) -> Request[bool]:
        return self._call("o", "SCRIPT DEBUG", mode)

    @typed
    def script_exists(self, *sha1s: Argument) -> Request[list[bool]]:
        return self._call("[b", "SCRIPT EXISTS", *sha1s)

    @typed
    def script_flush(self, *, async_: bool = False, sync: bool = False) -> Request[bool]:
        return self._call("o", "SCRIPT FLUSH", ASYNC=async_, SYNC=sync)

    @typed
    def script_help(self) -> Request[list[T]]:
        return self._call(".", "SCRIPT HELP")

    @typed
    def script_kill(self) -> Request[bool]:
        return self._call("o", "SCRIPT KILL")

    @typed
    def script_load(self, script: Argument) -> Request[T]:
        return self._call(".", "SCRIPT LOAD", script)

    @typed
    def script_show(self, sha1: Argument) -> Request[T]:
        return self._call(".", "SCRIPT SHOW", sha1)

    @typed
    def sdiff(self, *keys: Key) -> Request[Set[T]]:
        return self._call("<.", "SDIFF", *keys)

    @typed
    def sdiffstore(self, destination: Key, *keys: Key) -> Request[int]:
        return self._call(".", "SDIFFSTORE", destination, *keys)

    @typed
    def select(self, index: int) -> Request[bool]:
        return self._call("o", "SELECT", index)

    def _set(
        self,
        key: Key,
        value: Argument,
        *,
        ex: int | None = None,
        px: int | None = None,
        exat: int | None = None,
        pxat: int | None = None,
        keepttl: bool = False,
        nx: bool = False,
        xx: bool = False,
        get: Literal[False] = False,
    ) -> Request[bool | None]:
        return self._call("", "")

    @either(_set)
    def set(
        self,
        key: Key,
        value: Argument,
        *,
        ex: int | None = None,
        px: int | None = None,
        exat: int | None = None,
        pxat: int | None = None,
        keepttl: bool = False,
        nx: bool = False,
        xx: bool = False,
        get: Literal[True] = _NO,
    ) -> Request[T | None]:
        """SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]"""
        return self._call(
            "o",
            "SET",
            key,
            value,
            NX=nx,
            XX=xx,
            GET=get,
            EX=ex,
            PX=px,
            EXAT=exat,
            PXAT=pxat,
            KEEPTTL=keepttl,
        )

    @typed
    def setbit(self, key: Key, offset: int, value: int) -> Request[int]:
        return self._call(".", "SETBIT", key, offset, value)

    @typed
    def setex(self, key: Key, seconds: int, value: Argument) -> Request[bool]:
        return self._call("o", "SETEX", key, seconds, value)

    @typed
    def setnx(self, key: Key, value: Argument) -> Request[bool]:
        return self._call("b", "SETNX", key, value)

    @typed
    def setrange(self, key: Key, offset: int, value: Argument) -> Request[int]:
        return self._call(".", "SETRANGE", key, offset, value)

    @typed
    def shutdown(
        self,
        *,
        nosave: bool = False,
        save: bool = False,
        now: bool = False,
        force: bool = False,
        abort: bool = False,
    ) -> Request[bool]:
        """SHUTDOWN [[NOSAVE | SAVE] [NOW] [FORCE] | ABORT]"""
        return self._call(
            "o", "SHUTDOWN", NOSAVE=nosave, SAVE=save, NOW=now, FORCE=force, ABORT=abort
        )

    @typed
    def sinter(self, *keys: Key) -> Request[Set[T]]:
        return self._call("<.", "SINTER", *keys)

    @typed
    def sintercard(self, *keys: Key, limit: int | None = None) -> Request[int]:
        return self._call(".", "SINTERCARD", len(keys), *keys, LIMIT=limit)

    @typed
    def sinterstore(self, destination: Key, *keys: Key) -> Request[int]:
        return self._call(".", "SINTERSTORE", destination, *keys)

    @typed
    def sismember(self, key: Key, member: Argument) -> Request[bool]:
        return self._call("b", "SISMEMBER", key, member)

    @typed
    def slaveof(self, host: str = "NO", port: int | str = "ONE") -> Request[T]:
        """SLAVEOF <host port | NO ONE>"""
        return self._call(".", "SLAVEOF", host, port)

    @typed
    def slowlog_get(self, count: int | None = None) -> Request[list[list[Any]]]:
        return self._call(".", "SLOWLOG GET", _=count)

    @typed
    def slowlog_help(self) -> Request[list[T]]:
        return self._call(".", "SLOWLOG HELP")

    @typed
    def slowlog_len(self) -> Request[int]:
        return self._call(".", "SLOWLOG LEN")

    @typed
    def slowlog_reset(self) -> Request[bool]:
        return self._call("o", "SLOWLOG RESET")

    @typed
    def smembers(self, key: Key) -> Request[Set[T]]:
        return self._call("<.", "SMEMBERS", key)

    @typed
    def smismember(self, key: Key, *members: Argument) -> Request[list[bool]]:
        return self._call("[b", "SMISMEMBER", key, *members)

    @typed
    def smove(self, source: Key, destination: Key, member: Argument) -> Request[bool]:
        return self._call("b", "SMOVE", source, destination, member)

    def _sort(
        self,
        key: Key,
        *,
        by: Argument | None = None,
        limit: tuple[int, int] | None = None,
        get: Sequence[Argument] = (),
        asc: bool = False,
        desc: bool = False,
        alpha: bool = False,
    ) -> Request[list[T | None]]:
        return self._call("", "")

    @either(_sort)
    def sort(
        self,
        key: Key,
        *,
        by: Argument | None = None,
        limit: tuple[int, int] | None = None,
        get: Sequence[Argument] = (),
        asc: bool = False,
        desc: bool = False,
        alpha: bool = False,
        store: Key = _NO,
    ) -> Request[int]:
        """SORT key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]"""
        return self._call(
            ".",
            "SORT",
            key,
            BY=by,
            LIMIT=limit,
            _=interleaved("GET", get),
            ASC=asc,
            DESC=desc,
            ALPHA=alpha,
            STORE=store,
        )

    @typed
    def sort_ro(
        self,
        key: Key,
        *,
        by: Argument | None = None,
        limit: tuple[int, int] | None = None,
        get: Sequence[Argument] = (),
        asc: bool = False,
        desc: bool = False,
        alpha: bool = False,
    ) -> Request[list[T | None]]:
        """SORT_RO key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA]"""
        return self._call(
            ".",
            "SORT_RO",
            key,
            BY=by,
            LIMIT=limit,
            _=interleaved("GET", get),
            ASC=asc,
            DESC=desc,
            ALPHA=alpha,
        )

    def _spop(self, key: Key) -> Request[T | None]:
        return self._call("", "")

    @either(_spop)
    def spop(self, key: Key, count: int = _NO) -> Request[Set[T]]:
        """SPOP key [count]"""
        return self._call("<." if count else ".", "SPOP", key, _=count)

    @typed
    def spublish(self, shardchannel: Argument, message: Argument) -> Request[int]:
        return self._call(".", "SPUBLISH", shardchannel, message)

    def _srandmember(self, key: Key) -> Request[T | None]:
        return self._call("", "")

    @either(_srandmember)
    def srandmember(self, key: Key, count: int = _NO) -> Request[list[T]]:
        """SRANDMEMBER key [count]"""
        return self._call(".", "SRANDMEMBER", key, _=count)

    @typed
    def srem(self, key: Key, *members: Argument) -> Request[int]:
        return self._call(".", "SREM", key, *members)

    @typed
    def sscan(
        self, key: Key, cursor: int = 0, *, match: Argument | None = None, count: int | None = None
    ) -> Request[tuple[int, list[T]]]:
        """SSCAN key cursor [MATCH pattern] [COUNT count]"""
        return self._call("(i[.)", "SSCAN", key, cursor, MATCH=match, COUNT=count)

    @typed
    def strlen(self, key: Key) -> Request[int]:
        return self._call(".", "STRLEN", key)

    @typed
    def substr(self, key: Key, start: int, end: int) -> Request[T]:
        return self._call(".", "SUBSTR", key, start, end)

    @typed
    def sunion(self, *keys: Key) -> Request[Set[T]]:
        return self._call("<.", "SUNION", *keys)

    @typed
    def sunionstore(self, destination: Key, *keys: Key) -> Request[int]:
        return self._call(".", "SUNIONSTORE", destination, *keys)

    @typed
    def swapdb(self, index1: int, index2: int) -> Request[bool]:
        return self._call("o", "SWAPDB", index1, index2)

    @typed
    def time(self) -> Request[tuple[int, int]]:
        """TIME"""
        return self._call("(ii)", "TIME")

    @typed
    def touch(self, *keys: Key) -> Request[int]:
        return self._call(".", "TOUCH", *keys)

    @typed
    def ttl(self, key: Key) -> Request[int]:
        return self._call(".", "TTL", key)

    @typed
    def type(self, key: Key) -> Request[T | None]:
        return self._call(".", "TYPE", key)

    @typed
    def unlink(self, *keys: Key) -> Request[int]:
        return self._call(".", "UNLINK", *keys)

    @typed
    def unwatch(self) -> Request[bool]:
        return self._call("o", "UNWATCH")

    @typed
    def wait(self, numreplicas: int, timeout: int = 0) -> Request[int]:
        """WAIT numreplicas timeout"""
        return self._call(".", "WAIT", numreplicas, timeout)

    @typed
    def waitaof(self, numlocal: int, numreplicas: int, timeout: int) -> Request[tuple[int, int]]:
        return self._call("(..)", "WAITAOF", numlocal, numreplicas, timeout)

    @typed
    def watch(self, *keys: Key) -> Request[bool]:
        return self._call("o", "WATCH", *keys)

    @typed
    def xack(self, key: Key, group: Argument, *ids: Argument) -> Request[int]:
        return self._call(".", "XACK", key, group, *ids)

    @typed
    def xadd(
        self,
        key: Key,
        fields: Fields,
        id: Argument = "*",
        *,
        nomkstream: bool = False,
        maxlen: int | None = None,
        minid: Argument | None = None,
        approximate: bool = False,
        limit: int | None = None,
    ) -> Request[T | None]:
        """XADD key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]"""
        return self._call(
            ".",
            "XADD",
            key,
            NOMKSTREAM=nomkstream,
            MAXLEN=(("~", maxlen) if approximate else maxlen) if maxlen is not None else None,
            MINID=(("~", minid) if approximate else minid) if minid is not None else None,
            LIMIT=limit,
            _=id,
            __=fields,
        )

    def _xautoclaim(
        self,
        key: Key,
        group: Argument,
        consumer: Argument,
        min_idle_time: int,
        start: Argument = "0-0",
        *,
        count: int | None = None,
    ) -> Request[tuple[T, list[tuple[T, dict[T, T]]], list[T]]]:
        return self._call("", "")

    @either(_xautoclaim)
    def xautoclaim(
        self,
        key: Key,
        group: Argument,
        consumer: Argument,
        min_idle_time: int,
        start: Argument = "0-0",
        *,
        count: int | None = None,
        justid: Literal[True] = _NO,
    ) -> Request[tuple[T, list[T], list[T]]]:
        """XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]"""
        return self._call(
            "(.[.[.)" if justid else "(.[(.{.)[.)",
            "XAUTOCLAIM",
            key,
            group,
            consumer,
            min_idle_time,
            start,
            COUNT=count,
            JUSTID=justid,
        )

    def _xclaim(
        self,
        key: Key,
        group: Argument,
        consumer: Argument,
        min_idle_time: int,
        *ids: Argument,
        idle: int | None = None,
        time: int | None = None,
        retrycount: int | None = None,
        force: bool = False,
        lastid: Argument | None = None,
    ) -> Request[list[tuple[T, dict[T, T]]]]:
        return self._call("", "")

    @either(_xclaim)
    def xclaim(
        self,
        key: Key,
        group: Argument,
        consumer: Argument,
        min_idle_time: int,
        *ids: Argument,
        idle: int | None = None,
        time: int | None = None,
        retrycount: int | None = None,
        force: bool = False,
        lastid: Argument | None = None,
        justid: Literal[True] = _NO,
    ) -> Request[list[T]]:
        """XCLAIM key group consumer min-idle-time ID [ID ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]"""
        return self._call(
            "." if justid else "[(.{.)",
            "XCLAIM",
            key,
            group,
            consumer,
            min_idle_time,
            *ids,
            IDLE=idle,
            TIME=time,
            RETRYCOUNT=retrycount,
            FORCE=force,
            JUSTID=justid,
            LASTID=lastid,
        )

    @typed
    def xdel(self, key: Key, *ids: Argument) -> Request[int]:
        return self._call(".", "XDEL", key, *ids)

    @typed
    def xgroup_create(
        self,
        key: Key,
        group: Argument,
        id: Argument = "$",
        *,
        mkstream: bool = False,
        entriesread: int | None = None,
    ) -> Request[bool]:
        """XGROUP CREATE key group <id | $> [MKSTREAM] [ENTRIESREAD entriesread]"""
        return self._call(
            "o", "XGROUP CREATE", key, group, id, MKSTREAM=mkstream, ENTRIESREAD=entriesread
        )

    @typed
    def xgroup_createconsumer(self, key: Key, group: Argument, consumer: Argument) -> Request[bool]:
        return self._call("b", "XGROUP CREATECONSUMER", key, group, consumer)

    @typed
    def xgroup_delconsumer(self, key: Key, group: Argument, consumer: Argument) -> Request[int]:
        return self._call(".", "XGROUP DELCONSUMER", key, group, consumer)

    @typed
    def xgroup_destroy(self, key: Key, group: Argument) -> Request[bool]:
        return self._call("b", "XGROUP DESTROY", key, group)

    @typed
    def xgroup_help(self) -> Request[list[T]]:
        return self._call(".", "XGROUP HELP")

    @typed
    def xgroup_setid(
        self, key: Key, group: Argument, id: Argument = "$", *, entriesread: int | None = None
    ) -> Request[bool]:
        """XGROUP SETID key group <id | $> [ENTRIESREAD entriesread]"""
        return self._call("o", "XGROUP SETID", key, group, id, ENTRIESREAD=entriesread)

    @typed
    def xinfo_consumers(self, key: Key, group: Argument) -> Request[list[dict[T, Any]]]:
        return self._call("[{.", "XINFO CONSUMERS", key, group)

    @typed
    def xinfo_groups(self, key: Key) -> Request[list[dict[T, Any]]]:
        return self._call("[{.", "XINFO GROUPS", key)

    @typed
    def xinfo_help(self) -> Request[list[T]]:
        return self._call(".", "XINFO HELP")

    @typed
    def xinfo_stream(
        self, key: Key, *, full: bool = False, count: int | None = None
    ) -> Request[dict[T, Any]]:
        """XINFO STREAM key [FULL [COUNT count]]"""
        return self._call(
            "|entries=[(.{.),groups=[|consumers=[{.;;"
            if full
            else "|first-entry=(.{.),last-entry=(.{.);",
            "XINFO STREAM",
            key,
            FULL=full,
            COUNT=count,
        )

    @typed
    def xlen(self, key: Key) -> Request[int]:
        return self._call(".", "XLEN", key)

    def _xpending(
        self, key: Key, group: Argument
    ) -> Request[tuple[int, T | None, T | None, list[tuple[T, int]] | None]]:
        return self._call("", "")

    @either(_xpending)
    def xpending(
        self,
        key: Key,
        group: Argument,
        start: Argument = _NO,
        end: Argument = "+",
        count: int = 10,
        consumer: Argument | None = None,
        *,
        idle: int | None = None,
    ) -> Request[list[tuple[T, T, int, int]]]:
        """XPENDING key group [[IDLE min-idle-time] start end count [consumer]]"""
        return self._call(
            "[(....)" if start else "(...[(.i))",
            "XPENDING",
            key,
            group,
            IDLE=idle,
            _=start,
            __=start and (end, count),
            ___=consumer,
        )

    @typed
    def xrange(
        self, key: Key, start: Argument, end: Argument, *, count: int | None = None
    ) -> Request[list[tuple[T, dict[T, T]]]]:
        return self._call("[(.{.)", "XRANGE", key, start, end, COUNT=count)

    @typed
    def xread(
        self, streams: Fields, *, count: int | None = None, block: int | None = None
    ) -> Request[dict[T, list[tuple[T, dict[T, T]]]]]:
        """XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] ID [ID ...]"""
        return self._call(
            "{[(.{.)", "XREAD", COUNT=count, BLOCK=block, STREAMS=(*streams, *streams.values())
        )

    @typed
    def xreadgroup(
        self,
        group: Argument,
        consumer: Argument,
        streams: Fields,
        *,
        count: int | None = None,
        block: int | None = None,
        noack: bool = False,
    ) -> Request[dict[T, list[tuple[T, dict[T, T]]]]]:
        """XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] ID [ID ...]"""
        return self._call(
            "{[(.{.)",
            "XREADGROUP",
            GROUP=(group, consumer),
            COUNT=count,
            BLOCK=block,
            NOACK=noack,
            STREAMS=(*streams, *streams.values()),
        )

    @typed
    def xrevrange(
        self, key: Key, end: Argument, start: Argument, *, count: int | None = None
    ) -> Request[list[tuple[T, dict[T, T]]]]:
        return self._call("[(.{.)", "XREVRANGE", key, end, start, COUNT=count)

    @typed
    def xsetid(
        self,
        key: Key,
        last_id: Argument,
        *,
        entriesadded: int | None = None,
        maxdeletedid: Argument | None = None,
    ) -> Request[bool]:
        return self._call(
            "o", "XSETID", key, last_id, ENTRIESADDED=entriesadded, MAXDELETEDID=maxdeletedid
        )

    @typed
    def xtrim(
        self,
        key: Key,
        *,
        maxlen: int | None = None,
        minid: Argument | None = None,
        approximate: bool = False,
        limit: int | None = None,
    ) -> Request[int]:
        """XTRIM key <MAXLEN | MINID> [= | ~] threshold [LIMIT count]"""
        return self._call(
            ".",
            "XTRIM",
            key,
            MAXLEN=(("~", maxlen) if approximate else maxlen) if maxlen is not None else None,
            MINID=(("~", minid) if approximate else minid) if minid is not None else None,
            LIMIT=limit,
        )

    def _zadd(
        self,
        key: Key,
        mapping: Scores,
        *,
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
        ch: bool = False,
    ) -> Request[int]:
        return self._call("", "")

    @either(_zadd)
    def zadd(
        self,
        key: Key,
        mapping: Scores,
        *,
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
        ch: bool = False,
        incr: Literal[True] = _NO,
    ) -> Request[float | None]:
        """ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]"""
        return self._call(
            "f" if incr else ".",
            "ZADD",
            key,
            NX=nx,
            XX=xx,
            GT=gt,
            LT=lt,
            CH=ch,
            INCR=incr,
            _=swapped(mapping),
        )

    @typed
    def zcard(self, key: Key) -> Request[int]:
        return self._call(".", "ZCARD", key)

    @typed
    def zcount(self, key: Key, min: Argument, max: Argument) -> Request[int]:
        return self._call(".", "ZCOUNT", key, min, max)

    def _zdiff(self, *keys: Key, withscores: Literal[False] = False) -> Request[list[T]]:
        return self._call("", "")

    @either(_zdiff)
    def zdiff(self, *keys: Key, withscores: Literal[True] = _NO) -> Request[list[tuple[T, float]]]:
        """ZDIFF numkeys key [key ...] [WITHSCORES]"""
        return self._call(
            "*.f" if withscores else ".", "ZDIFF", len(keys), *keys, WITHSCORES=withscores
        )

    @typed
    def zdiffstore(self, destination: Key, *keys: Key) -> Request[int]:
        return self._call(".", "ZDIFFSTORE", destination, len(keys), *keys)

    @typed
    def zincrby(self, key: Key, increment: float, member: Argument) -> Request[float]:
        """ZINCRBY key increment member"""
        return self._call("f", "ZINCRBY", key, increment, member)

    def _zinter(
        self,
        *keys: Key,
        weights: Sequence[float] | None = None,
        aggregate: Literal["SUM", "MIN", "MAX"] | None = None,
        withscores: Literal[False] = False,
    ) -> Request[list[T]]:
        return self._call("", "")

    @either(_zinter)
    def zinter(
        self,
        *keys: Key,
        weights: Sequence[float] | None = None,
        aggregate: Literal["SUM", "MIN", "MAX"] | None = None,
        withscores: Literal[True] = _NO,
    ) -> Request[list[tuple[T, float]]]:
        """ZINTER numkeys key [key ...] [WEIGHTS weight [WEIGHTS weight ...]] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]"""
        return self._call(
            "*.f" if withscores else ".",
            "ZINTER",
            len(keys),
            *keys,
            WEIGHTS=weights,
            AGGREGATE=aggregate,
            WITHSCORES=withscores,
        )

    @typed
    def zintercard(self, *keys: Key, limit: int | None = None) -> Request[int]:
        return self._call(".", "ZINTERCARD", len(keys), *keys, LIMIT=limit)

    @typed
    def zinterstore(
        self,
        destination: Key,
        *keys: Key,
        weights: Sequence[float] | None = None,
        aggregate: Literal["SUM", "MIN", "MAX"] | None = None,
    ) -> Request[int]:
        """ZINTERSTORE destination numkeys key [key ...] [WEIGHTS weight [WEIGHTS weight ...]] [AGGREGATE SUM | MIN | MAX]"""
        return self._call(
            ".", "ZINTERSTORE", destination, len(keys), *keys, WEIGHTS=weights, AGGREGATE=aggregate
        )

    @typed
    def zlexcount(self, key: Key, min: Argument, max: Argument) -> Request[int]:
        return self._call(".", "ZLEXCOUNT", key, min, max)

    @typed
    def zmpop(
        self, where: Literal["MIN", "MAX"], *keys: Key, count: int | None = None
    ) -> Request[tuple[T, list[tuple[T, float]]] | None]:
        """ZMPOP numkeys key [key ...] <MIN | MAX> [COUNT count]"""
        return self._call("(.*.f)", "ZMPOP", len(keys), *keys, where, COUNT=count)

    @typed
    def zmscore(self, key: Key, *members: Argument) -> Request[list[float | None]]:
        return self._call("[f", "ZMSCORE", key, *members)

    @typed
    def zpopmax(self, key: Key, count: int | None = None) -> Request[list[tuple[T, float]]]:
        """ZPOPMAX key [count]"""
        return self._call("*.f", "ZPOPMAX", key, _=count)

    @typed
    def zpopmin(self, key: Key, count: int | None = None) -> Request[list[tuple[T, float]]]:
        """ZPOPMIN key [count]"""
        return self._call("*.f", "ZPOPMIN", key, _=count)

    def _zrandmember(self, key: Key) -> Request[T | None]:
        return self._call("", "")

    @either(_zrandmember)
    def zrandmember(self, key: Key, count: int = _NO, *, withscores: bool = False) -> Request[Any]:
        """ZRANDMEMBER key [count [WITHSCORES]]"""
        return self._call(
            "*.f" if withscores else ".", "ZRANDMEMBER", key, _=count, WITHSCORES=withscores
        )

    def _zrange(
        self,
        key: Key,
        start: Argument,
        stop: Argument,
        *,
        byscore: bool = False,
        bylex: bool = False,
        rev: bool = False,
        limit: tuple[int, int] | None = None,
        withscores: Literal[False] = False,
    ) -> Request[list[T]]:
        return self._call("", "")

    @either(_zrange)
    def zrange(
        self,
        key: Key,
        start: Argument,
        stop: Argument,
        *,
        byscore: bool = False,
        bylex: bool = False,
        rev: bool = False,
        limit: tuple[int, int] | None = None,
        withscores: Literal[True] = _NO,
    ) -> Request[list[tuple[T, float]]]:
        """ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]"""
        return self._call(
            "*.f" if withscores else ".",
            "ZRANGE",
            key,
            start,
            stop,
            BYSCORE=byscore,
            BYLEX=bylex,
            REV=rev,
            LIMIT=limit,
            WITHSCORES=withscores,
        )

    @typed
    def zrangebylex(
        self, key: Key, min: Argument, max: Argument, *, limit: tuple[int, int] | None = None
    ) -> Request[list[T]]:
        return self._call(".", "ZRANGEBYLEX", key, min, max, LIMIT=limit)

    def _zrangebyscore(
        self,
        key: Key,
        min: Argument,
        max: Argument,
        *,
        limit: tuple[int, int] | None = None,
        withscores: Literal[False] = False,
    ) -> Request[list[T]]:
        return self._call("", "")

    @either(_zrangebyscore)
    def zrangebyscore(
        self,
        key: Key,
        min: Argument,
        max: Argument,
        *,
        limit: tuple[int, int] | None = None,
        withscores: Literal[True] = _NO,
    ) -> Request[list[tuple[T, float]]]:
        """ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]"""
        return self._call(
            "*.f" if withscores else ".",
            "ZRANGEBYSCORE",
            key,
            min,
            max,
            LIMIT=limit,
            WITHSCORES=withscores,
        )

    @typed
    def zrangestore(
        self,
        dst: Key,
        src: Key,
        min: Argument,
        max: Argument,
        *,
        byscore: bool = False,
        bylex: bool = False,
        rev: bool = False,
        limit: tuple[int, int] | None = None,
    ) -> Request[int]:
        return self._call(
            ".",
            "ZRANGESTORE",
            dst,
            src,
            min,
            max,
            BYSCORE=byscore,
            BYLEX=bylex,
            REV=rev,
            LIMIT=limit,
        )

    def _zrank(self, key: Key, member: Argument) -> Request[int | None]:
        return self._call("", "")

    @either(_zrank)
    def zrank(
        self, key: Key, member: Argument, *, withscore: Literal[True] = _NO
    ) -> Request[tuple[int, float] | None]:
        """ZRANK key member [WITHSCORE]"""
        return self._call("(.f)" if withscore else ".", "ZRANK", key, member, WITHSCORE=withscore)

    @typed
    def zrem(self, key: Key, *members: Argument) -> Request[int]:
        return self._call(".", "ZREM", key, *members)

    @typed
    def zremrangebylex(self, key: Key, min: Argument, max: Argument) -> Request[int]:
        return self._call(".", "ZREMRANGEBYLEX", key, min, max)

    @typed
    def zremrangebyrank(self, key: Key, start: int, stop: int) -> Request[int]:
        return self._call(".", "ZREMRANGEBYRANK", key, start, stop)

    @typed
    def zremrangebyscore(self, key: Key, min: Argument, max: Argument) -> Request[int]:
        return self._call(".", "ZREMRANGEBYSCORE", key, min, max)

    def _zrevrange(
        self, key: Key, start: int, stop: int, *, withscores: Literal[False] = False
    ) -> Request[list[T]]:
        return self._call("", "")

    @either(_zrevrange)
    def zrevrange(
        self, key: Key, start: int, stop: int, *, withscores: Literal[True] = _NO
    ) -> Request[list[tuple[T, float]]]:
        """ZREVRANGE key start stop [WITHSCORES]"""
        return self._call(
            "*.f" if withscores else ".", "ZREVRANGE", key, start, stop, WITHSCORES=withscores
        )

    @typed
    def zrevrangebylex(
        self, key: Key, max: Argument, min: Argument, *, limit: tuple[int, int] | None = None
    ) -> Request[list[T]]:
        return self._call(".", "ZREVRANGEBYLEX", key, max, min, LIMIT=limit)

    def _zrevrangebyscore(
        self,
        key: Key,
        max: Argument,
        min: Argument,
        *,
        limit: tuple[int, int] | None = None,
        withscores: Literal[False] = False,
    ) -> Request[list[T]]:
        return self._call("", "")

    @either(_zrevrangebyscore)
    def zrevrangebyscore(
        self,
        key: Key,
        max: Argument,
        min: Argument,
        *,
        limit: tuple[int, int] | None = None,
        withscores: Literal[True] = _NO,
    ) -> Request[list[tuple[T, float]]]:
        """ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]"""
        return self._call(
            "*.f" if withscores else ".",
            "ZREVRANGEBYSCORE",
            key,
            max,
            min,
            LIMIT=limit,
            WITHSCORES=withscores,
        )

    def _zrevrank(self, key: Key, member: Argument) -> Request[int | None]:
        return self._call("", "")

    @either(_zrevrank)
    def zrevrank(
        self, key: Key, member: Argument, *, withscore: Literal[True] = _NO
    ) -> Request[tuple[int, float] | None]:
        """ZREVRANK key member [WITHSCORE]"""
        return self._call(
            "(.f)" if withscore else ".", "ZREVRANK", key, member, WITHSCORE=withscore
        )

    def _zscan(
        self,
        key: Key,
        cursor: int = 0,
        *,
        match: Argument | None = None,
        count: int | None = None,
        noscores: Literal[False] = False,
    ) -> Request[tuple[int, list[tuple[T, float]]]]:
        return self._call("", "")

    @either(_zscan)
    def zscan(
        self,
        key: Key,
        cursor: int = 0,
        *,
        match: Argument | None = None,
        count: int | None = None,
        noscores: Literal[True] = _NO,
    ) -> Request[tuple[int, list[T]]]:
        """ZSCAN key cursor [MATCH pattern] [COUNT count] [NOSCORES]"""
        return self._call(
            "(i[.)" if noscores else "(i*.f)",
            "ZSCAN",
            key,
            cursor,
            MATCH=match,
            COUNT=count,
            NOSCORES=noscores,
        )

    @typed
    def zscore(self, key: Key, member: Argument) -> Request[float | None]:
        return self._call("f", "ZSCORE", key, member)

    def _zunion(
        self,
        *keys: Key,
        weights: Sequence[float] | None = None,
        aggregate: Literal["SUM", "MIN", "MAX"] | None = None,
        withscores: Literal[False] = False,
    ) -> Request[list[T]]:
        return self._call("", "")

    @either(_zunion)
    def zunion(
        self,
        *keys: Key,
        weights: Sequence[float] | None = None,
        aggregate: Literal["SUM", "MIN", "MAX"] | None = None,
        withscores: Literal[True] = _NO,
    ) -> Request[list[tuple[T, float]]]:
        """ZUNION numkeys key [key ...] [WEIGHTS weight [WEIGHTS weight ...]] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]"""
        return self._call(
            "*.f" if withscores else ".",
            "ZUNION",
            len(keys),
            *keys,
            WEIGHTS=weights,
            AGGREGATE=aggregate,
            WITHSCORES=withscores,
        )

    @typed
    def zunionstore(
        self,
        destination: Key,
        *keys: Key,
        weights: Sequence[float] | None = None,
        aggregate: Literal["SUM", "MIN", "MAX"] | None = None,
    ) -> Request[int]:
        """ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS weight [WEIGHTS weight ...]] [AGGREGATE SUM | MIN | MAX]"""
        return self._call(
            ".", "ZUNIONSTORE", destination, len(keys), *keys, WEIGHTS=weights, AGGREGATE=aggregate
        )
