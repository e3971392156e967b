"""${message}."""

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
format_version = 1
transactional = True
phase = "expand"


def upgrade() -> None:
    """A merge has nothing to apply."""


def downgrade() -> None:
    """A merge has nothing to take back."""
