"""What changes between two contracts, and for whom it breaks: readers of read models, callers of commands."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from toolkit.core.contract import Command, Contract, Parameter, ReadModel, Typed
from toolkit.core.notation import write_name
from toolkit.shape.differences import ShapeChange, Verdict, shape_changes

TIERS: Final = ("strict", "reader", "wire")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    subject: the read model, or the command with the types of its parameters. path: the place in it, such as
    data.author.name or p_title; empty for the whole. verdict, message, origin, of_text: as in ShapeChange.
    """

    subject: str
    path: str
    verdict: Verdict
    message: str
    origin: str = ""
    of_text: bool = False

    def __str__(self) -> str:
        place = f" {self.path}" if self.path else ""
        origin = f" (from {self.origin})" if self.origin else ""
        return f"{self.verdict} {self.subject}{place}: {self.message}{origin}"


def contract_changes(old: Contract, new: Contract, tier: str = "reader") -> tuple[Change, ...]:
    """Return the differences of two contracts by subject.

    tier: strict, where every difference breaks; reader; or wire, where only what changes the JSON itself does
    and the other breaks of readers are warnings (another format of a text, a closed set that opens).
    """
    changes = [*_read_models(old, new), *_commands(old, new)]
    return tuple(_in_tier(change, tier) for change in changes)


def _in_tier(change: Change, tier: str) -> Change:
    if tier == "strict":
        return replace(change, verdict=Verdict.BREAK)
    if tier == "wire" and change.of_text and change.verdict is Verdict.BREAK:
        return replace(change, verdict=Verdict.WARN)
    return change


def _read_models(old: Contract, new: Contract) -> Iterator[Change]:
    before = {model.name: model for model in old.read_models}
    after = {model.name: model for model in new.read_models}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Change(name, "", Verdict.BREAK, "read model removed")
        elif name not in before:
            yield Change(name, "", Verdict.SAFE, "read model added")
        else:
            yield from _columns(before[name], after[name])


def _columns(old: ReadModel, new: ReadModel) -> Iterator[Change]:
    for column in old.columns:
        found = new.get(column.name)
        place = write_name(column.name)
        if found is None:
            yield Change(new.name, place, Verdict.BREAK, "column removed")
        else:
            yield from _as_changes(new.name, place, _typed(column, found))
    for column in new.columns:
        if old.get(column.name) is None:
            yield Change(new.name, write_name(column.name), Verdict.SAFE, f"column added: {column.type}")


def _typed(old: Typed, new: Typed) -> Iterator[ShapeChange]:
    """Yield what changes in a column or a result for those who read it."""
    if new.nullable and not old.nullable:
        yield ShapeChange((), Verdict.BREAK, "may be null now", new.shape.origin)
    elif old.nullable and not new.nullable:
        yield ShapeChange((), Verdict.SAFE, "is never null now", new.shape.origin)
    changes = list(shape_changes(old.shape, new.shape))
    yield from changes
    if old.type != new.type and not any(change.path == () for change in changes):
        message = f"was {old.type}, is {new.type} now"
        yield ShapeChange((), Verdict.BREAK, message, new.shape.origin)


def _as_changes(subject: str, place: str, changes: Iterable[ShapeChange]) -> Iterator[Change]:
    for change in changes:
        path = place
        for part in change.path:
            path += part if part.startswith("[") else f"{'.' if path else ''}{write_name(part)}"
        yield Change(subject, path, change.verdict, change.message, change.origin, change.of_text)


def _commands(old: Contract, new: Contract) -> Iterator[Change]:
    names = sorted({command.name for command in (*old.commands, *new.commands)})
    for name in names:
        before = {each.signature: each for each in old.commands if each.name == name}
        after = {each.signature: each for each in new.commands if each.name == name}
        gone = [signature for signature in before if signature not in after]
        come = [signature for signature in after if signature not in before]
        pairs = [(before[signature], after[signature]) for signature in before if signature in after]
        if len(gone) == len(come) == 1:  # one command whose parameters have changed
            pairs.append((before[gone.pop()], after[come.pop()]))
        for signature in gone:
            yield Change(signature, "", Verdict.BREAK, "command removed")
        for signature in come:
            yield Change(signature, "", Verdict.SAFE, "command added")
        for first, second in pairs:
            yield from _command(first, second)
        yield from _ambiguities(list(before.values()), list(after.values()))


def _command(old: Command, new: Command) -> Iterator[Change]:
    subject = new.signature
    yield from _parameters(old, new)
    if old.result.many != new.result.many:
        message = "returns several rows now" if new.result.many else "returns a single row now"
        yield Change(subject, "returns", Verdict.BREAK, message)
    yield from _as_changes(subject, "returns", _typed(old.result, new.result))
    if old.volatility != new.volatility:
        worse = new.volatility == "volatile"
        verdict = Verdict.BREAK if worse else Verdict.WARN if new.volatility == "stable" else Verdict.SAFE
        if old.volatility == "volatile":
            verdict = Verdict.SAFE
        yield Change(subject, "", verdict, f"was {old.volatility}, is {new.volatility} now")
    yield from _errors(old, new)


def _parameters(old: Command, new: Command) -> Iterator[Change]:
    """Yield what changes for callers, who name the arguments they give."""
    subject = new.signature
    before = {each.name: each for each in old.parameters}
    after = {each.name: each for each in new.parameters}
    added = [each for each in new.parameters if each.name not in before]
    for place, parameter in enumerate(old.parameters):
        if parameter.name in after:
            yield from _parameter(subject, parameter, after[parameter.name])
            continue
        renamed = new.parameters[place] if place < len(new.parameters) else None
        if renamed in added and renamed is not None and renamed.type == parameter.type:
            added.remove(renamed)
            message = f"parameter renamed to {write_name(renamed.name)}"
            yield Change(subject, write_name(parameter.name), Verdict.BREAK, message)
            yield from _parameter(subject, parameter, renamed)
        else:
            yield Change(subject, write_name(parameter.name), Verdict.BREAK, "parameter removed")
    for parameter in added:
        verdict = Verdict.SAFE if parameter.optional else Verdict.BREAK
        what = "optional" if parameter.optional else "required"
        yield Change(
            subject, write_name(parameter.name), verdict, f"{what} parameter added: {parameter.type}"
        )


def _parameter(subject: str, old: Parameter, new: Parameter) -> Iterator[Change]:
    place = write_name(new.name)
    if old.optional != new.optional:
        verdict = Verdict.BREAK if old.optional else Verdict.SAFE
        yield Change(subject, place, verdict, f"is {'required' if old.optional else 'optional'} now")
    if old.nullable != new.nullable:
        verdict = Verdict.BREAK if old.nullable else Verdict.SAFE
        yield Change(subject, place, verdict, f"{'refuses' if old.nullable else 'takes'} null now")
    if old.variadic != new.variadic:
        yield Change(subject, place, Verdict.BREAK, f"is {'' if new.variadic else 'not '}variadic now")
    # What callers could give must still be taken: the old values are read as the new parameter reads them.
    narrower = [
        change for change in shape_changes(new.shape, old.shape) if change.verdict is not Verdict.SAFE
    ]
    if narrower:
        yield Change(subject, place, Verdict.BREAK, f"takes less now: was {old.type}, is {new.type}")
    elif old.type != new.type or old.shape != new.shape:
        yield Change(subject, place, Verdict.SAFE, f"takes more now: was {old.type}, is {new.type}")
    before, after = ([limit.condition for limit in each.limits] for each in (old, new))
    for condition in after:
        if condition not in before:
            yield Change(subject, place, Verdict.WARN, f"must fulfil {condition} now")
    for condition in before:
        if condition not in after:
            yield Change(subject, place, Verdict.SAFE, f"need not fulfil {condition} now")


def _errors(old: Command, new: Command) -> Iterator[Change]:
    before = {(each.sqlstate, each.rule): each for each in old.errors}
    after = {(each.sqlstate, each.rule): each for each in new.errors}
    for key in sorted(before.keys() | after.keys()):
        name = " ".join(word for word in key if word)
        if key not in after:
            yield Change(new.signature, "raises", Verdict.SAFE, f"never raises {name} now")
        elif key not in before:
            code = f" ({after[key].code})" if after[key].code else ""
            yield Change(new.signature, "raises", Verdict.WARN, f"may raise {name}{code} now")
        elif before[key].code != after[key].code:
            message = f"{name} was {before[key].code or 'no code'}, is {after[key].code or 'no code'} now"
            yield Change(new.signature, "raises", Verdict.BREAK, message)


def _ambiguities(before: Sequence[Command], after: Sequence[Command]) -> Iterator[Change]:
    """Yield the pairs of overloads that a call with named arguments fits both of, and did not before."""
    known = {frozenset(pair) for pair in _ambiguous(before)}
    for one, other in _ambiguous(after):
        if frozenset((one, other)) not in known:
            yield Change(one, "", Verdict.BREAK, f"calls may fit {other} as well: they fail as ambiguous")


def _ambiguous(commands: Sequence[Command]) -> Iterator[tuple[str, str]]:
    for one, other in combinations(commands, 2):
        if _fits(one, other) and _fits(other, one):
            yield one.signature, other.signature


def _fits(one: Command, other: Command) -> bool:
    """Tell whether a call with what `one` requires can be a call of `other`, by names and types."""
    theirs = {each.name: each.type for each in other.parameters}
    required = {each.name: each.type for each in one.parameters if not each.optional}
    return all(theirs.get(name) == type_ for name, type_ in required.items())
