"""Where a database stands against the revisions."""
