"""Names of countries as keys: what remains of a name when it is typed in a hurry."""

from unicodedata import category, combining, normalize

# Stand inside a word and are left out as often as not: "U.S.A.", "Côte d’Ivoire".
_INSIDE = dict.fromkeys(map(ord, ".'’‘`´ʻʼ׳״"))
# Letters that Unicode does not take apart, as people without them on the keyboard type them,
# and the letters of Arabic that Persian and Urdu write with a sign of their own.
LETTERS = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ə": "e"},
        **{"æ": "ae", "œ": "oe", "ı": "i"},
        **{"ی": "ي", "ى": "ي", "ک": "ك"},
        "&": " and ",
    }
)


def fold(name: str) -> str:
    """Lower-case words without accents and punctuation, between single spaces.

    "The Netherlands" and "Netherlands (the)" are one, "St. Lucia" and "Saint Lucia" too.
    """
    letters = normalize("NFKD", name.translate(_INSIDE)).casefold().translate(LETTERS)
    words = "".join(map(_plain, letters)).split()
    if len(words) > 1:
        words = ["saint" if word == "st" else word for word in words if word != "the"]
    return " ".join(words)


def _plain(char: str) -> str:
    """The letter itself, a space for what divides words, nothing for an accent.

    The vowel signs of Devanagari or Thai and the voicing marks of kana are marks as well, but
    they make another word; Unicode tells them by their combining class.
    """
    if char.isalnum():
        return char
    if place := combining(char):
        return "" if place >= 200 or 10 <= place <= 36 else char
    if char == " ":
        return char
    kind = category(char)
    if kind == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    return char if kind in {"Mn", "Mc"} else " "
