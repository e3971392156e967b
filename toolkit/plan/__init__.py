"""Two catalogs to the steps from one to the other: no database, no disk, no clock."""
