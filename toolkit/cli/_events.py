"""What a migration says while it runs, turned into progress and into a report."""

import click

from toolkit.cli._output import Progress
from toolkit.migrate.application import Done, Event, Running
from toolkit.migrate.locks import Holder
from toolkit.migrate.runner import Retry


class Listener:
    """Hears the events of a run. done: the revisions that were applied or taken back, in order."""

    def __init__(self, show: Progress) -> None:
        """Begin with nothing done; `show` gets what is going on."""
        self._show = show
        self.done: list[Done] = []

    def __call__(self, event: Event | Retry) -> None:
        """Take one event."""
        if isinstance(event, Done):
            self.done.append(event)
        elif isinstance(event, Running):
            step = f", step {event.position} of {event.steps}" if event.steps > 1 else ""
            place = f"{event.number} of {event.total}{step}"
            self._show(f"{event.direction} {event.revision.id} {event.revision.message} ({place})")
        elif isinstance(event, Holder):
            click.echo(f"Waiting for {event}.", err=True)
        else:
            click.echo(
                f"{event.place}: waited too long for a lock; next try in {event.pause:.1f} s.", err=True
            )

    def rows(self) -> list[tuple[str, ...]]:
        """Return one row of texts for each revision that is done."""
        return [(done.revision.id, done.revision.message, f"{done.duration_ms:.1f} ms") for done in self.done]

    def report(self) -> list[dict[str, object]]:
        """Return the same for JSON."""
        return [
            {
                "revision": done.revision.id,
                "message": done.revision.message,
                "direction": done.direction,
                "duration_ms": round(done.duration_ms, 3),
            }
            for done in self.done
        ]
