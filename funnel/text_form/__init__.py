"""Criteria as YAML 1.2 that people can read, keep in a repository and bring back unchanged.

The grammar is that of the content (funnel/rulebook), with two differences: ageing factors are
not written, since they are computed when criteria are saved, and a number and a note may stand
on top. docs/criteria.md tells it whole.

    criteria: 14
    note: Pricing visits count more
    definitions: {lead: …, mql: …, sql: …}
    disqualifiers: […]
    rules: […]
    caps: {fit: 50, intent: 50}
    bands: {fit: [75, 50, 25], intent: [75, 50, 25]}

reading: a text to content · writing: the way back · tree: YAML with the line of everything.
"""
