"""Redict."""
