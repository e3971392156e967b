"""PostgreSQL binaries, the embedded clusters, scratch and template databases."""
