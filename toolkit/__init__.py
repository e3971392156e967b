"""Manage a CQRS layer in PostgreSQL as versioned SQL artifacts."""

__version__ = "0.1.0"
