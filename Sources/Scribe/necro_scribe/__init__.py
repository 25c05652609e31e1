"""Typed Python for files of SQL: what `necro scribe` runs."""

from necro_scribe._applying import SchemaError, apply_schema
from necro_scribe._command import run

__all__ = ["SchemaError", "apply_schema", "run"]
