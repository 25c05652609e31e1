"""The fixtures that start a real `necro host`."""

from fixtures import host, served

__all__ = ["host", "served"]
