"""Random text that matches a pattern of LIKE or a regular expression."""

import string
from random import Random
from typing import Final

_LETTERS: Final = string.ascii_lowercase
_CLASSES: Final = {
    "d": string.digits,
    "w": string.ascii_letters + string.digits + "_",
    "s": " ",
}
_NAMED: Final = {
    "alpha": string.ascii_letters,
    "digit": string.digits,
    "alnum": string.ascii_letters + string.digits,
    "upper": string.ascii_uppercase,
    "lower": _LETTERS,
    "xdigit": string.hexdigits,
    "space": " ",
    "punct": "!-.",
}
_ANY: Final = string.ascii_letters + string.digits
_MOST: Final = 6  # repetitions where the pattern sets no end


def text_like(pattern: str, random: Random) -> str:
    """Return text that LIKE `pattern` finds."""
    text = ""
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            text += next(characters, "")
        elif character == "%":
            text += "".join(random.choices(_LETTERS, k=random.randrange(_MOST)))
        else:
            text += random.choice(_LETTERS) if character == "_" else character
    return text


def text_matching(pattern: str, random: Random) -> str | None:
    """Return text that a regular expression probably matches, None where it says what is not known here.

    Known are literals, classes, groups, alternatives and quantifiers; the server has the last word.
    """
    reader = _Pattern(pattern, random)
    try:
        return reader.alternatives()
    except (IndexError, ValueError, KeyError):
        return None


class _Pattern:
    """Reads a regular expression once, from left to right, and makes text on the way."""

    def __init__(self, pattern: str, random: Random) -> None:
        self._pattern = pattern
        self._place = 0
        self._random = random

    def alternatives(self) -> str:
        """Return text for what reaches to the end or to a closing parenthesis."""
        texts = [self._sequence()]
        while self._next_is("|"):
            texts.append(self._sequence())
        return self._random.choice(texts)

    def _sequence(self) -> str:
        text = ""
        while self._place < len(self._pattern) and self._pattern[self._place] not in "|)":
            text += self._piece()
        return text

    def _piece(self) -> str:
        start = self._place
        first = self._atom()
        end = self._place
        least, most = self._quantifier()
        text = ""
        after = self._place
        for turn in range(self._random.randint(least, most)):
            if turn == 0:
                text += first
                continue
            self._place = start
            text += self._atom()
            assert self._place == end
        self._place = after
        return text

    def _atom(self) -> str:
        character = self._take()
        if character in "^$":
            return ""
        if character == "(":
            if self._next_is("?") and not self._next_is(":"):
                raise ValueError("looks around")
            text = self.alternatives()
            self._expect(")")
            return text
        if character == "[":
            return self._random.choice(self._bracket())
        if character == "\\":
            return self._escaped()
        return self._random.choice(_ANY) if character == "." else character

    def _escaped(self) -> str:
        character = self._take()
        if character in _CLASSES:
            return self._random.choice(_CLASSES[character])
        if character.isalnum():
            raise ValueError("an escape that is not known")
        return character

    def _bracket(self) -> str:
        excluding = self._next_is("^")
        members = ""
        while not (members and self._next_is("]")):
            if self._next_is("[:"):
                end = self._pattern.index(":]", self._place)
                members += _NAMED[self._pattern[self._place : end]]
                self._place = end + 2
                continue
            character = self._take()
            if character == "\\":
                members += _CLASSES.get(self._pattern[self._place], self._pattern[self._place])
                self._place += 1
            elif self._pattern[self._place] == "-" and self._pattern[self._place + 1] != "]":
                self._place += 1
                members += "".join(chr(code) for code in range(ord(character), ord(self._take()) + 1))
            else:
                members += character
        return "".join(letter for letter in _ANY if letter not in members) if excluding else members

    def _quantifier(self) -> tuple[int, int]:
        least, most = 1, 1
        if self._next_is("*"):
            least, most = 0, _MOST
        elif self._next_is("+"):
            least, most = 1, _MOST
        elif self._next_is("?"):
            least, most = 0, 1
        elif self._next_is("{"):
            end = self._pattern.index("}", self._place)
            first, comma, last = self._pattern[self._place : end].partition(",")
            self._place = end + 1
            least = int(first)
            most = int(last) if last else least + _MOST if comma else least
        self._next_is("?")
        return least, most

    def _take(self) -> str:
        character = self._pattern[self._place]
        self._place += 1
        return character

    def _next_is(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._place)
        if found:
            self._place += len(text)
        return found

    def _expect(self, text: str) -> None:
        if not self._next_is(text):
            raise ValueError(f"no {text}")
