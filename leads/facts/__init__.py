"""How the record answers the words of the criteria.

known: which facts an installation has · columns: how those that are columns compare and read in
SQL · events: what is asked of the events of leads · tables: all of them for some leads at one
moment, as SQL.
"""
