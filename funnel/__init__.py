"""The rulebook: what marketing and sales agree on, as data and pure functions. It knows no lead.

vocabulary: the facts one may ask about · conditions: the tree of a condition · rulebook: the
content of a version · versions: its life · criteria: its pages and its REST · drafts: writing one ·
text_form: the same as YAML · compile, scoring: to SQL · next_change: when time alone changes a
judgement · stages: where a lead may stand, and the table of moves · promises: when they fall due ·
defaults: the version that is shipped · membership: who works which queue · hooks: what is hung into
the package below · models, sql, urls.
"""
