"""A live database to facts."""
