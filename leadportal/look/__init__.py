"""How data looks on a page; nothing here knows what the data is about.

`formats` says how numbers, money, spans and moments read, and `bidi` sets a name that runs from
right to left apart from the sentence it stands in; `told` writes a sentence in pieces whose numbers
are links. Each chart has a module that lays it
out in a frozen Picture, without markup, and a template in templates/look that draws it: `bars`
(shares, points, scores), `clocks`, `changes`, `sparkline`, `line_chart`, `histogram`, `ribbon`;
`pictures` is what they share, and `marks` are signs of one element. Templates reach all of it
by `tags`, and forms and pages by `form_tags` and `page_tags`, which are builtins of every
template.
"""
