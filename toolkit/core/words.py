"""The words of messages."""


def counted(number: int, noun: str, *, none: str = "0") -> str:
    """Return how many there are of what a regular noun names: "1 file", "2 files"; none: what 0 is called."""
    return f"{number or none} {noun}{'' if number == 1 else 's'}"
