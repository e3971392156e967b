"""Contracts to the text of other languages: JSON Schema, Python; pure."""
