"""The numbers both departments see, each told once.

catalogue: name, formula and SQL of each · answers: the catalogue asked · periods: spans of time
· shares: a part of a whole · said: how one reads · cached: costly answers for a minute · links: the
rows behind a number · tiles, weeks: what pages put on top.
"""
