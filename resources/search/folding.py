"""Words as they are compared: small letters without accents, and nothing but letters and digits. Pure."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
# "M.E." is one word; "women's" is the word "womens", in listings and in searches alike.
DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
# Letters that Unicode does not take apart.
WHOLE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """ "Café Æsa, Łódź" becomes "cafe aesa, lodz"."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.casefold().translate(WHOLE)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    joined = DOTTED.sub(lambda match: match[0].replace(".", "") + " ", APOSTROPHES.sub("", text))
    return WORD.findall(fold(joined))


def plain(text: str) -> str:
    """The same words with a space between: what the database makes its index from."""
    return " ".join(words(text))
