"""Alembic's entry point; the toolkit does the rest."""

from toolkit.migrate.env import run

run()
