"""What is wrong with an option."""

__all__ = ["OptionError"]


class OptionError(ValueError):
    """An option that cannot be; one line that names it and where it was set."""
