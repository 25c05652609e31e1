"""What a handler is told of a request's TLS."""

from typing import NamedTuple

__all__ = ["TLS"]


class TLS(NamedTuple):
    """The TLS session that a request came by.

    - version: `TLSv1.2` or `TLSv1.3`.
    - cipher: OpenSSL's name of it.
    - protocol: what was agreed on by ALPN; empty where the client did not ask.
    - server_name: the name that the client asked for (SNI); empty where it named none.
    - client_subject: the name in the client's certificate, such as `CN=zombie,O=Graveyard`
      (RFC 2253); None where it showed none.
    - client_certificate: that certificate, in DER.
    """

    version: str
    cipher: str
    protocol: str
    server_name: str
    client_subject: str | None
    client_certificate: bytes | None
