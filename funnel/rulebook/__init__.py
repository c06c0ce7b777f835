"""The content of a criteria version, parsed: definitions, scoring rules, caps and bands.

Content is plain JSON:

    {"definitions": {"lead": {"condition": …}, "mql": {"condition": …, "line": 45},
                     "sql": {"condition": …, "line": 70}},
     "disqualifiers": [{"id": …, "label": …, "condition": …}],
     "rules": [{"id": …, "label": …, "kind": "fit" | "intent", "points": 12, "when": condition,
                "frequency": {"count": "once" | "each", "per_day": 2, "in_all": 5},
                "ageing": {"kind": "linear" | "half_life", "days": 30, "factors": […]},
                "minimum": 0, "maximum": 30,
                "table": {"fact": …, "bands": [{"from": 1, "to": 9, "points": 3}]}}],
     "caps": {"fit": 50, "intent": 50},
     "bands": {"fit": [75, 50, 25], "intent": [75, 50, 25]}}

`frequency`, `ageing`, `minimum`, `maximum` go with a rule whose `when` is one event test;
`table` gives points by a number or a choice instead of `points`.

parts: the frozen classes · parsing, rules, checks: JSON to them · saving: what a version keeps.
"""
