"""What a private server that cannot start says."""

__all__ = ["PrivateServerError"]


class PrivateServerError(Exception):
    """A private server could not be started, or did not answer; the message says what to do."""
