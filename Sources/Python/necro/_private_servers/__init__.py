"""Private, throw-away servers for `necro host --dev`, the tests, the demo and the benchmarks.

Each lives in a temporary folder of its own, listens on a unix socket unless TCP is asked for, and
ends with the process that started it, also where that process is killed: a watcher process at the
other end of a pipe sees it go. What even the watcher could not end, because it was killed as well,
the next start finds and ends.
"""

from necro._private_servers._binaries import BinariesMissing
from necro._private_servers._errors import PrivateServerError
from necro._private_servers._leftovers import end_leftovers
from necro._private_servers._postgres import PrivatePostgres
from necro._private_servers._redict import PrivateRedict
from necro._private_servers._server import PrivateServer

__all__ = [
    "BinariesMissing",
    "PrivatePostgres",
    "PrivateRedict",
    "PrivateServer",
    "PrivateServerError",
    "end_leftovers",
]
