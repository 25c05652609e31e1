"""The native module where it is built, else its stand-in."""

import sys

from support import standin

try:
    from necro._native import native as native
except ImportError:
    sys.modules["necro._necro"] = standin
