"""Record who approved a post."""

from toolkit.migrate.files import sql_files

revision = "20261109091000"
down_revision = "20261022113000"
branch_labels = None
depends_on = None
format_version = 1
transactional = True
phase = "expand"

upgrade, downgrade = sql_files(__file__)
