"""Index the approver, check the posts that were there before."""

from toolkit.migrate.files import sql_files

revision = "20261109093000"
down_revision = "20261109091000"
branch_labels = None
depends_on = None
format_version = 1
transactional = False
phase = "expand"

upgrade, downgrade = sql_files(__file__)
