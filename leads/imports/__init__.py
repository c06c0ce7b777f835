"""What comes from files: CSV and spreadsheets as people export them, line by line, and back again.

`reading` makes lines of a file · `recognising` guesses what its columns are by `heads` and `dates`,
and `lists` what its lines are · `targets` says what a column may be, and makes an item of the API's
shape of a line · `imports` are the verbs · `job` does the work in the background, a batch a
transaction, in `lanes` beside each other · `people`, `activities` and `outcomes` check and take in
lines of their kind, of people who are `known` or new, and `holding` keeps them from sales ·
`undoing` takes it back · `forms`, `words`, `pages`.
"""
