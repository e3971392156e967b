"""Tables of the blog, its audit log and its events."""

from toolkit.migrate.files import sql_files

revision = "20261005081500"
down_revision = None
branch_labels = None
depends_on = None
format_version = 1
transactional = True
phase = "expand"

upgrade, downgrade = sql_files(__file__)
