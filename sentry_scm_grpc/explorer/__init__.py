"""The API explorer: a page at the prefix from which people read about the RPCs that are on, and call them.

Off unless ``SCM_GRPC["EXPLORER"]`` is set. It shows names and documentation to everyone who reaches the site, and no
data: what it calls, it calls as any other client does, with the credential that is typed in.
"""
