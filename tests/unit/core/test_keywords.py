from pglast.keywords import RESERVED_KEYWORDS

from toolkit.core.keywords import RESERVED


def test_the_reserved_words_are_those_of_the_parser():
    assert RESERVED == RESERVED_KEYWORDS
