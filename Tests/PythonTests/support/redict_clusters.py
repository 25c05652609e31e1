"""Real clusters and sentinels on the loopback address, of processes of this test run's own."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import hiredis
from necro._private_servers import PrivateRedict
from necro._private_servers._resp import command
from necro._private_servers._server import free_port
from redis.crc import key_slot  # pyright: ignore[reportUnknownVariableType]

SLOTS = 16_384
SECONDS_MAX = 60.0
# What the tests' sentinels call the master.
MASTER = "crypt"


def wait(condition: Callable[[], object]) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.02)


class Console:
    """A connection to one server, which waits for each reply."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._reader = hiredis.Reader(encoding="utf-8")

    def run(self, *words: object) -> Any:
        """The reply to a command; an error is raised."""
        self._socket.sendall(command(*(str(word) for word in words)))
        while (reply := self._reader.gets()) is False:
            octets = self._socket.recv(65_536)
            if not octets:
                raise ConnectionResetError("the server has closed the connection")
            self._reader.feed(octets)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """Closes it."""
        self._socket.close()


def slot_of(key: str) -> int:
    """The slot of a key, as redis-py has it."""
    return int(key_slot(key.encode()))


class Cluster:
    """Three masters, each with so many replicas: the server at 3 follows that at 0, and so on."""

    def __init__(self, servers: list[PrivateRedict]) -> None:
        self.servers = servers
        self.consoles = [Console(server.port) for server in servers]
        self.ids = [self.run(place, "CLUSTER", "MYID") for place in range(len(servers))]

    def run(self, place: int, *words: object) -> Any:
        """Runs a command on a server."""
        return self.consoles[place].run(*words)

    def url(self, query: str = "", nodes: int = 3) -> str:
        """The URL of the cluster, by its first nodes."""
        places = ",".join(f"127.0.0.1:{server.port}" for server in self.servers[:nodes])
        return f"redis+cluster://{places}{query}"

    def join(self) -> None:
        """Makes one cluster of the servers."""
        for place in range(len(self.servers)):
            self.run(place, "CLUSTER", "SET-CONFIG-EPOCH", place + 1)
        for place in range(3):
            first, last = SLOTS * place // 3, SLOTS * (place + 1) // 3 - 1
            self.run(place, "CLUSTER", "ADDSLOTSRANGE", first, last)
        _, bus = self.run(0, "CONFIG", "GET", "cluster-port")
        for place in range(1, len(self.servers)):
            self.run(place, "CLUSTER", "MEET", "127.0.0.1", self.servers[0].port, bus)
        everybody = range(len(self.servers))
        wait(lambda: all(len(self._known(place)) == len(self.servers) for place in everybody))
        for place in range(3, len(self.servers)):
            self.run(place, "CLUSTER", "REPLICATE", self.ids[place % 3])
        wait(lambda: all(self._is_whole(place) for place in everybody))
        for place in range(3):
            # A replica is shown to clients once it has been told of something.
            self.run(place, "FLUSHALL")
        size = len(self.servers) // 3
        wait(lambda: all(self._shown(place) == [size] * 3 for place in everybody))

    def _known(self, place: int) -> list[str]:
        text: str = self.run(place, "CLUSTER", "NODES")
        return [line for line in text.splitlines() if "handshake" not in line]

    def _is_whole(self, place: int) -> bool:
        if place >= 3 and "master_link_status:up" not in self.run(place, "INFO", "replication"):
            return False
        replicas = sum("slave" in line for line in self._known(place))
        is_ok = "cluster_state:ok" in self.run(place, "CLUSTER", "INFO")
        return is_ok and replicas == len(self.servers) - 3

    def _shown(self, place: int) -> list[int]:
        """How many servers a client is told of, for each range of slots."""
        return [len(shard) - 2 for shard in self.run(place, "CLUSTER", "SLOTS")]

    def place_of(self, key: str) -> int:
        """The first owner of a key's slot."""
        return next(place for place in range(3) if slot_of(key) < SLOTS * (place + 1) // 3)

    def key(self, place: int, number: int = 0) -> str:
        """A key that the master at a place has at first."""
        return next(
            name
            for count in range(number * 1000, number * 1000 + 1000)
            if self.place_of(name := f"key{count}") == place
        )

    def begin_move(self, slot: int, source: int, target: int) -> None:
        """Has a slot begin to move."""
        self.run(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", self.ids[source])
        self.run(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", self.ids[target])

    def move_keys(self, source: int, target: int, *keys: str) -> None:
        """Moves keys of a slot that is on its way."""
        port = self.servers[target].port
        self.run(source, "MIGRATE", "127.0.0.1", port, "", 0, 5000, "KEYS", *keys)

    def end_move(self, slot: int, target: int) -> None:
        """Has a slot be moved."""
        for place in (target, *(place for place in range(3) if place != target)):
            self.run(place, "CLUSTER", "SETSLOT", slot, "NODE", self.ids[target])
        # Two moves in the same epoch would be one that the cluster takes back.
        wait(lambda: len({self._epoch(place) for place in range(3)}) == 1)

    def _epoch(self, place: int) -> str:
        lines: list[str] = self.run(place, "CLUSTER", "INFO").splitlines()
        return next(line for line in lines if line.startswith("cluster_current_epoch"))

    def count(self, place: int, name: str) -> int:
        """How often a server was asked to do something."""
        text: str = self.run(place, "INFO", "commandstats")
        return sum(
            int(line.partition("calls=")[2].partition(",")[0])
            for line in text.splitlines()
            if line.startswith(f"cmdstat_{name}:")
        )


@contextmanager
def cluster(replicas: int = 0) -> Generator[Cluster]:
    """A cluster of three masters."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                PrivateRedict(
                    tcp=True,
                    settings={
                        "cluster-enabled": "yes",
                        "cluster-port": free_port(),
                        "cluster-node-timeout": 1500,
                        "cluster-require-full-coverage": "no",
                        "cluster-replica-validity-factor": 0,
                        "cluster-allow-replica-migration": "no",
                        "repl-diskless-sync-delay": 0,
                    },
                )
            )
            for _ in range(3 + 3 * replicas)
        ]
        made = Cluster(servers)
        for console in made.consoles:
            stack.callback(console.close)
        made.join()
        yield made


class Sentinels:
    """A master, a replica of it, and three sentinels."""

    def __init__(self, servers: list[PrivateRedict], sentinels: list[PrivateRedict]) -> None:
        self.servers = servers
        self.sentinels = sentinels

    def url(self, query: str = "", userinfo: str = "") -> str:
        """The URL of the master, by its sentinels."""
        places = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{userinfo}{places}/{MASTER}{query}"


@contextmanager
def sentinels(password: str | None = None) -> Generator[Sentinels]:
    """A master behind sentinels."""
    with ExitStack() as stack:
        settings: dict[str, object] = {"repl-diskless-sync-delay": 0}
        if password is not None:
            settings["masterauth"] = password
        master = stack.enter_context(PrivateRedict(tcp=True, password=password, settings=settings))
        followed: dict[str, object] = {"replicaof": f"127.0.0.1 {master.port}"}
        replica = stack.enter_context(
            PrivateRedict(tcp=True, password=password, settings=settings | followed)
        )
        watchers = [
            stack.enter_context(
                PrivateRedict(
                    tcp=True,
                    sentinel={MASTER: ("127.0.0.1", master.port)},
                    settings={
                        f"sentinel down-after-milliseconds {MASTER}": 1000,
                        f"sentinel failover-timeout {MASTER}": 5000,
                        **({f"sentinel auth-pass {MASTER}": password} if password else {}),
                    },
                )
            )
            for _ in range(3)
        ]
        consoles = [Console(each.port) for each in watchers]
        for console in consoles:
            stack.callback(console.close)

        def is_known() -> bool:
            told = [each.run("SENTINEL", "MASTER", MASTER) for each in consoles]
            facts = [dict(zip(one[::2], one[1::2], strict=True)) for one in told]
            return all(
                one["num-other-sentinels"] == "2" and one["num-slaves"] == "1" for one in facts
            )

        wait(is_known)
        yield Sentinels([master, replica], watchers)
