"""The fixtures that start a real `necro host`."""

from fixtures import host

__all__ = ["host"]
