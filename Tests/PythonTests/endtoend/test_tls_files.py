"""The certificates of `necro host`: names, chains, clients, changes, and what is wrong."""

from __future__ import annotations

import os
import pty
import re
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, Pair, openssl
from fixtures import StartHost
from hosting import checkout_environment, run_necro
from tls import APP, ask, s_client, secure, trusting


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    return authority.signed("localhost", "localhost", "127.0.0.1")


def test_several_names(host: StartHost, authority: Authority, pair: Pair) -> None:
    other = authority.signed("tomb", "tomb.example", "*.tomb.example")
    running = host(APP, *pair.options, *other.options)
    context = trusting(authority)
    for name in ("localhost", "tomb.example", "deep.tomb.example"):
        assert ask(running, context, name)["tls"][3] == name
    # Another name is shown the first certificate, which is not for it.
    with pytest.raises(ssl.SSLCertVerificationError, match=r"doesn't match|mismatch"):
        ask(running, context, "nowhere.example")


def test_a_chain(host: StartHost, authority: Authority) -> None:
    middle = authority.signed("middle", is_authority=True)
    leaf = authority.signed("leaf", "localhost", by=middle)
    chain = authority.folder / "chain.crt"
    chain.write_bytes(
        leaf.certificate.read_bytes() + middle.certificate.read_bytes() + leaf.key.read_bytes()
    )
    # The same file has the key as well.
    running = host(APP, "--cert", str(chain))
    assert ask(running, trusting(authority))["scheme"] == "https"
    alone = host(APP, *leaf.options)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        ask(alone, trusting(authority))


@pytest.mark.parametrize("mode", ["optional", "required"])
def test_certificates_of_clients(
    host: StartHost, authority: Authority, pair: Pair, mode: str
) -> None:
    shown = authority.signed("risen.example")
    stranger = authority.self_signed("stranger")
    ca = ["--ca", str(authority.root.certificate), "--client-auth", mode]
    running = host(APP, *pair.options, *ca, workers=2)
    context = trusting(authority)
    context.load_cert_chain(shown.certificate, shown.key)
    session = None
    for _ in range(16):
        # Also a session that goes on, with whichever worker, is that client's.
        wire, sock = secure(running, context, session=session)
        assert sock.session_reused == (session is not None)
        wire.request("GET", "/")
        assert wire.reply().json["tls"][4:] == ["CN=risen.example", False]
        session = session or sock.session
        wire.close()
    bad = trusting(authority)
    bad.load_cert_chain(stranger.certificate, stranger.key)
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        ask(running, bad)
    if mode == "optional":
        assert ask(running, trusting(authority))["tls"][4:] == [None, True]
    else:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            ask(running, trusting(authority))


def test_files_that_change(host: StartHost, authority: Authority, tmp_path: Path) -> None:
    first = authority.signed("first", "localhost")
    second = authority.signed("second", "localhost")
    certificate, key = tmp_path / "in-use.crt", tmp_path / "in-use.key"

    def put(pair: Pair) -> None:
        for source, place in ((pair.certificate, certificate), (pair.key, key)):
            fresh = place.with_suffix(".new")
            fresh.write_bytes(source.read_bytes())
            fresh.rename(place)

    def subject() -> str:
        _, sock = secure(running, trusting(authority))
        with sock:
            found: Any = sock.getpeercert()
            return str(found["subject"][0][0][1])

    put(first)
    running = host(APP, "--cert", str(certificate), "--key", str(key), workers=2)
    assert subject() == "first"
    kept, _ = secure(running, trusting(authority))
    put(second)
    running.wait_log("the certificates have been read anew")
    deadline = time.monotonic() + 15
    while {subject() for _ in range(8)} != {"second"}:
        assert time.monotonic() < deadline
    # A key that is not the certificate's: what was there stays, and the log says why.
    key.write_bytes(first.key.read_bytes())
    running.wait_log("the certificates in use are kept: the private key is not that of the cert")
    assert subject() == "second"
    key.write_bytes(second.key.read_bytes())
    running.send_signal(signal.SIGHUP)
    running.wait_log(r"kept(.|\n)*read anew")
    kept.request("GET", "/")
    assert kept.reply().status == 200
    kept.close()


def test_an_ocsp_response_is_passed_on(
    host: StartHost, authority: Authority, pair: Pair, tmp_path: Path
) -> None:
    serial = openssl(
        "x509", "-in", str(pair.certificate), "-noout", "-serial", folder=tmp_path
    ).strip()
    subject = "/CN=localhost"
    (tmp_path / "index.txt").write_text(
        f"V\t400101000000Z\t\t{serial.removeprefix('serial=')}\tunknown\t{subject}\n"
    )
    root = authority.root
    openssl(
        "ocsp", "-issuer", str(root.certificate), "-cert", str(pair.certificate),
        "-reqout", "request.der", "-no_nonce", folder=tmp_path,
    )  # fmt: skip
    openssl(
        "ocsp", "-index", "index.txt", "-CA", str(root.certificate), "-rsigner",
        str(root.certificate), "-rkey", str(root.key), "-reqin", "request.der",
        "-respout", "response.der", "-ndays", "7", folder=tmp_path,
    )  # fmt: skip
    running = host(APP, *pair.options, "--ocsp", str(tmp_path / "response.der"))
    said = s_client(running, "-status")
    assert "OCSP Response Status: successful" in said
    assert "Cert Status: good" in said
    assert "no response sent" in s_client(host(APP, *pair.options), "-status")


def test_encrypted_keys(host: StartHost, authority: Authority, pair: Pair, tmp_path: Path) -> None:
    openssl(
        "pkcs8", "-topk8", "-in", str(pair.key), "-out", "locked.key", "-passout", "pass:brains",
        folder=tmp_path,
    )  # fmt: skip
    (tmp_path / "phrase").write_text("brains\n")
    locked = ["--cert", str(pair.certificate), "--key", str(tmp_path / "locked.key")]
    running = host(APP, *locked, "--key-passphrase-file", str(tmp_path / "phrase"))
    assert ask(running, trusting(authority))["scheme"] == "https"
    (tmp_path / "app.py").write_text("import necro\napp = necro.App()\n")
    ended = run_necro("host", "app", *locked, folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == (
        "necro: the private key is encrypted, and no passphrase is given:"
        f" {tmp_path / 'locked.key'}\n"
    )
    (tmp_path / "phrase").write_text("flesh\n")
    ended = run_necro(
        "host", "app", *locked, "--key-passphrase-file", str(tmp_path / "phrase"), folder=tmp_path
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("necro: no private key can be read: ")
    assert ended.stderr.count("\n") == 1
    assert "flesh" not in ended.stderr


def test_the_passphrase_is_asked_for_at_a_terminal(pair: Pair, tmp_path: Path) -> None:
    openssl(
        "pkcs8", "-topk8", "-in", str(pair.key), "-out", "locked.key", "-passout", "pass:brains",
        folder=tmp_path,
    )  # fmt: skip
    (tmp_path / "app.py").write_text("import necro\napp = necro.App()\n")
    words = [sys.executable, "-m", "necro", "host", "app", "--bind", "127.0.0.1:0"]
    words += ["--cert", str(pair.certificate), "--key", str(tmp_path / "locked.key")]
    for passphrase, end in ((b"brains", rb"hosting app on https:"), (b"flesh", rb"no private key")):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", _AT_TERMINAL, *words],
            cwd=tmp_path,
            env=checkout_environment(),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        said = b""
        deadline = time.monotonic() + 60
        while not re.search(end, said):
            assert time.monotonic() < deadline, said
            said += os.read(ours, 4096)
            if said.endswith(b"private key: "):
                os.write(ours, passphrase + b"\n")
        assert passphrase not in said
        process.terminate()
        process.wait(30)
        os.close(ours)


# Makes the terminal that standard input is the session's own, as a login does.
_AT_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_what_is_wrong_is_one_line(authority: Authority, pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import necro\napp = necro.App()\n")
    other = authority.self_signed("other", "localhost")
    expired = authority.signed("expired", "localhost", days=-1)
    (tmp_path / "empty").write_text("")
    certificate, key = str(pair.certificate), str(pair.key)
    cases = [
        (["--cert", "missing", "--key", key], r"no certificate can be read: .*/missing: No such"),
        (["--cert", "empty", "--key", key], r"no certificate can be read: .*/empty"),
        (["--cert", certificate, "--key", "missing"], r"no private key can be read: .*: No such"),
        (["--cert", certificate, "--key", str(other.key)], r"the private key is not that of the"),
        (expired.options, r"the certificate has expired: .*/expired\.crt$"),
        ([*pair.options, "--tls-ciphers", "NONSENSE"], r"OpenSSL does not take this .*: NONSENSE"),
        (
            [*pair.options, "--ca", "empty", "--client-auth", "required"],
            r"no certificates of authorities can be read: .*/empty",
        ),
        ([*pair.options, "--ocsp", certificate], r"no OCSP response can be read: .*\.crt$"),
    ]  # fmt: skip
    for options, line in cases:
        ended = run_necro("host", "app", *options, folder=tmp_path)
        assert ended.returncode == 1, ended.stderr
        assert re.fullmatch(f"necro: {line}.*\n", ended.stderr), ended.stderr
    for options in (
        ["--key", key],
        ["--redirect-bind", "127.0.0.1:0"],
        [*pair.options, "--key", key],
        [*pair.options, "--client-auth", "required"],
        [*pair.options, "--client-auth", "perhaps"],
        [*pair.options, "--tls-min", "1.1"],
        ["--cert", "self-signed"],
        ["--dev", "--cert", "self-signed", "--key", key],
    ):
        ended = run_necro("host", "app", *options, folder=tmp_path)
        assert ended.returncode == 2, ended.stderr
        assert ended.stderr.count("\n") == 1


def test_without_openssl(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import necro\napp = necro.App()\n")
    for library, reason in (("/nowhere/libssl.so.3", "No such file"), ("libc.so.6", "it has no ")):
        ended = run_necro(
            "host", "app", *pair.options, folder=tmp_path, environment={"NECRO_LIBSSL": library}
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"necro: TLS needs OpenSSL 3, and {library} could not")
        assert reason in ended.stderr
        assert "apt install libssl3" in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_a_certificate_for_development(host: StartHost) -> None:
    running = host(APP, "--dev", "--cert", "self-signed")
    file = Path(running.wait_log(r"a self-signed certificate at (\S+)")[1])
    context = ssl.create_default_context(cafile=str(file))
    assert ask(running, context)["scheme"] == "https"
    assert ask(running, context, "127.0.0.1")["scheme"] == "https"
    assert file.with_suffix(".key").stat().st_mode & 0o077 == 0
    running.stop()
    assert not file.parent.exists()


def test_keys_are_never_in_logs(host: StartHost, authority: Authority, pair: Pair) -> None:
    running = host(APP, *pair.options, "--log-level", "debug", "--access-log", "-")
    ask(running, trusting(authority))
    running.send_signal(signal.SIGHUP)
    running.wait_log("read anew")
    running.stop()
    secret = [line for line in pair.key.read_text().splitlines() if "-----" not in line]
    for text in (running.log, running.output):
        assert "PRIVATE KEY" not in text
        assert not any(line in text for line in secret)


def test_the_configuration_is_shown(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.necro]\napp = "app"\ncert = ["a.crt", "b.crt"]\nkey = ["a.key", "b.key"]\n'
        'tls-min = "1.3"\n'
    )
    shown = run_necro(
        "host", "--show-config", "--client-auth", "optional", folder=tmp_path,
        environment={"NECRO_OCSP": "a.der,b.der"},
    )  # fmt: skip
    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in shown.stdout.splitlines()}
    assert rows["cert"].startswith("a.crt,b.crt ")
    assert rows["ocsp"].startswith("a.der,b.der ")
    assert rows["client-auth"].startswith("optional ")
    assert rows["tls-min"].startswith("1.3 ")
    assert rows["ca"].startswith("none ")
