"""Why a lead has its score: one line per rule, which sum to the number.

evidence: what the criteria see in a lead · words: how that reads · lines: the lines of a score ·
stored: the explanation of a score that was stored.
"""

from leads.explanation.evidence import LINE, Seen, read
from leads.explanation.lines import Line, lines, sentence
from leads.explanation.stored import Explanation, Unscored, adjustments, explain
from leads.explanation.words import evidence_text

__all__ = [
    "LINE",
    "Explanation",
    "Line",
    "Seen",
    "Unscored",
    "adjustments",
    "evidence_text",
    "explain",
    "lines",
    "read",
    "sentence",
]
