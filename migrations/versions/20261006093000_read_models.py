"""Read models of users and posts."""

from toolkit.migrate.files import sql_files

revision = "20261006093000"
down_revision = "20261005081500"
branch_labels = None
depends_on = None
format_version = 1
transactional = True
phase = "expand"

upgrade, downgrade = sql_files(__file__)
