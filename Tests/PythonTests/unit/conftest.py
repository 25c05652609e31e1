"""The native module where it is built, else its stand-in."""

import sys
from importlib import import_module

import standin

try:
    import_module("necro._native")
except ImportError:
    sys.modules["necro._necro"] = standin
