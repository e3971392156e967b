"""The linter: rules over the facts of SQL files."""
