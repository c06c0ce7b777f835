"""Conditions: the tree people write, checked against the vocabulary, said in a sentence.

A condition is one of

    {"id": "c1", "all": [condition, …]}    {"id": "c1", "any": [condition, …]}
    {"id": "c1", "not": condition}
    {"id": "c1", "fact": "company_employees", "op": "between", "value": [200, 1000]}
    {"id": "c1", "fact": "days_active", "op": "at_least", "value": 3, "within_days": 30}
    {"id": "c1", "event": "page_view", "where": [{"property": "path", "op": "is",
      "value": "/pricing"}], "at_least": 3, "within_days": 7}

A test on a value nobody knows does not hold; its negation does. Asking whether it is unknown is
a test of its own.

describing: as a sentence · parsing: from JSON · tree: the classes · values: what may stand in
it.
"""
