"""SQL text and files to facts; the only package that imports pglast."""
