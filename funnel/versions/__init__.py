"""The life of a criteria version: draft, propose, sign, schedule, switch on, retire.

Nothing here moves a lead: leads are due because the version they were judged by is not the live
one.

states: what a version refuses · editing, signing, switching: its life · current: the live one,
and its rulebook · cases: what practice says against it · words: where it stands and whose step is
next.
"""
