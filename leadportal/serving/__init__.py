"""How the web process reads and answers HTTP: a thread works on requests that are there, whole.

arriving: what has come in of one request · connection: one client, what it sent and has yet to take
refusals: answers of the server itself, which no view made · clients: taken, read, written to, hung
up on · worker: the loop and its threads, run by gunicorn
"""
