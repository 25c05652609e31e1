"""Typed Python from SQL: `schema.sql` and queries in, models and query methods out."""
