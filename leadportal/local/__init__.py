"""PostgreSQL and Valkey for one machine: real servers from wheels, on unix sockets, in one folder.

folders: where their files, sockets and logs are · owner: one owner of a folder, many users ·
postgres, valkey: the servers · processes: children that end with us · variables: numbers of the
environment.
"""
