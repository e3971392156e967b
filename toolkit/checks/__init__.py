"""What `toolkit check` verifies: one function for each check, from a project to its outcome."""
