"""The pytest plugin: databases for tests, and tests of a project's SQL that write themselves."""
