"""Plain frozen values of the project; standard library only."""
