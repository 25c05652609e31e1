"""The private Redict, against the real binary."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from necro._private_servers import BinariesMissing, PrivateRedict, PrivateServerError


def test_commands_run_over_the_unix_socket_and_tcp(redict_server: PrivateRedict) -> None:
    assert redict_server.run_command("PING") == "+PONG"
    assert redict_server.run_command("DBSIZE") == ":0"
    with socket.create_connection(("127.0.0.1", redict_server.port), 5) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(7) == b"+PONG\r\n"
    assert redict_server.tcp_url == f"redis://127.0.0.1:{redict_server.port}/0"
    assert redict_server.url == f"unix://{redict_server.socket_file}"


def test_by_default_there_is_no_tcp() -> None:
    with PrivateRedict() as server:
        assert server.run_command("PING") == "+PONG"
        with pytest.raises(PrivateServerError, match="does not listen on TCP"):
            _ = server.tcp_url


def test_a_password_and_an_acl_file_hold() -> None:
    acl = ["user default on >open\u00e9 ~* &* +@all", "user reader on >secret ~* +@read"]
    with PrivateRedict(password="open\u00e9", acl=acl) as server:
        assert ":open%C3%A9@" in server.url
        assert server.run_command("SET", "a", "1") == "+OK"
        assert server.run_command("ACL", "GETUSER", "reader").startswith("*")
        with pytest.raises(PrivateServerError, match="WRONGPASS"):
            server.run_command("AUTH", "reader", "wrong")


def test_settings_hold() -> None:
    with PrivateRedict(settings={"maxmemory": "3mb", "rename-command": ["DEBUG BUGDE"]}) as server:
        assert server.run_command("CONFIG", "GET", "maxmemory") == "*2"
        with pytest.raises(PrivateServerError, match="unknown command"):
            server.run_command("DEBUG", "SLEEP", "0")


def test_a_cluster_of_one_node_takes_writes_and_starts_again() -> None:
    with PrivateRedict(tcp=True, cluster=True) as server:
        assert server.run_command("SET", "a", "1") == "+OK"
        server.restart()
        assert server.run_command("CLUSTER", "KEYSLOT", "a") == ":15495"
        assert server.run_command("SET", "a", "1") == "+OK"


def test_a_sentinel_knows_its_master(redict_server: PrivateRedict) -> None:
    masters = {"crypt": ("127.0.0.1", redict_server.port)}
    with PrivateRedict(tcp=True, sentinel=masters) as sentinel:
        assert sentinel.run_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "crypt") == "*2"


def test_clusters_and_sentinels_need_tcp() -> None:
    with pytest.raises(ValueError, match="tcp=True"):
        PrivateRedict(cluster=True)


def test_kill_and_restart() -> None:
    with PrivateRedict() as server:
        server.run_command("SET", "a", "1")
        server.kill()
        with pytest.raises(PrivateServerError, match="does not answer"):
            server.run_command("PING")
        server.start()
        # It saves nothing.
        assert server.run_command("DBSIZE") == ":0"
        server.restart()
        assert server.run_command("PING") == "+PONG"
        server.stop()
        with pytest.raises(PrivateServerError, match="does not run"):
            _ = server.process


def test_faults_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PrivateServerError, match="Bad directive"):
        PrivateRedict(settings={"necromancy": "on"}).open()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(PrivateServerError, match="its port or socket is taken"):
            PrivateRedict(tcp=True, port=port).open()
    with pytest.raises(PrivateServerError, match="nothing cannot be run: No such file"):
        PrivateRedict(program=tmp_path / "nothing").open()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BinariesMissing, match="redict-server, valkey-server, redis-server"):
        PrivateRedict().open()
