"""The Alembic side: environment, ledger, locks, revision files, status."""
