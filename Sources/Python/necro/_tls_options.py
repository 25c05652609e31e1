"""The options of TLS: where certificates and keys are, and whom they are shown to."""

import os

from necro._option_error import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeIs

    from necro._options import HostOptions

__all__ = ["SELF_SIGNED", "TLS_OPTIONS", "TLSOption", "check_tls_options"]

# In place of a certificate's file, with --dev.
SELF_SIGNED = "self-signed"


class TLSOption:
    """One option. A default that is a tuple makes it one that can be given several times."""

    __slots__ = ("default", "key", "metavar", "parse", "text")

    def __init__(
        self,
        key: str,
        parse: "Callable[[object, str], object]",
        default: object,
        metavar: str,
        text: str,
    ) -> None:
        self.key = key
        self.parse = parse
        self.default = default
        self.metavar = metavar
        self.text = text

    @property
    def name(self) -> str:
        """Its name in the options of a host."""
        return self.key.replace("-", "_")


def _is_list(value: object) -> "TypeIs[list[object]]":
    return isinstance(value, list)


def _files(value: object, where: str) -> tuple[str, ...]:
    return tuple(_text(item, where) for item in (value if _is_list(value) else [value]))


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise OptionError(f"{where}: a text is expected that is not empty")
    return value.strip()


def _word(*choices: str) -> "Callable[[object, str], str]":
    def parse(value: object, where: str) -> str:
        text = str(value).lower() if isinstance(value, (str, float)) else ""
        if text not in choices:
            raise OptionError(f"{where}: {', '.join(choices[:-1])} or {choices[-1]} is expected")
        return text

    return parse


TLS_OPTIONS = (
    TLSOption("cert", _files, (), "FILE", "a certificate and its chain, for HTTPS; repeatable"),
    TLSOption("key", _files, (), "FILE", "the certificate's key; repeatable, in the same order"),
    TLSOption("key-passphrase-file", _text, None, "FILE", "what encrypted keys are opened with"),
    TLSOption("ocsp", _files, (), "FILE", "the certificate's OCSP response; repeatable"),
    TLSOption("ca", _text, None, "FILE", "the authorities of clients' certificates"),
    TLSOption(
        "client-auth",
        _word("none", "optional", "required"),
        "none",
        "none|optional|required",
        "whether clients show certificates",
    ),
    TLSOption("tls-min", _word("1.2", "1.3"), "1.2", "1.2|1.3", "the least version of TLS"),
    TLSOption("tls-ciphers", _text, None, "LIST", "OpenSSL's names, a colon between them"),
)


def check_tls_options(options: "HostOptions") -> None:
    """Raises OptionError for options that do not go together."""
    given = options.tls
    certificates, keys, responses = _many(given, "cert"), _many(given, "key"), _many(given, "ocsp")
    if not certificates:
        for option in TLS_OPTIONS:
            if given[option.name] != option.default:
                raise OptionError(f"--{option.key} needs --cert")
        if options.redirect_binds:
            raise OptionError("--redirect-bind needs --cert")
        return
    if SELF_SIGNED in certificates:
        if not options.dev:
            raise OptionError(f"--cert {SELF_SIGNED} is for --dev alone")
        if len(certificates) > 1 or keys or responses:
            raise OptionError(f"--cert {SELF_SIGNED} stands alone, without --key and --ocsp")
    if keys and len(keys) != len(certificates):
        raise OptionError("there is a --key for each --cert, or none where the same file has both")
    if responses and len(responses) != len(certificates):
        raise OptionError("there is an --ocsp for each --cert, or none")
    if (given["client_auth"] == "none") != (given["ca"] is None):
        raise OptionError("--ca and --client-auth optional or required go together")
    # The app may change the folder.
    for name in ("cert", "key", "ocsp"):
        given[name] = tuple(
            file if file == SELF_SIGNED else os.path.abspath(file) for file in _many(given, name)
        )
    for name in ("ca", "key_passphrase_file"):
        if given[name] is not None:
            given[name] = os.path.abspath(str(given[name]))


def _many(given: dict[str, object], name: str) -> tuple[str, ...]:
    """What an option was given that can be given several times."""
    value = given[name]
    assert isinstance(value, tuple)
    return tuple(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
