"""The API explorer: a page at the prefix. People can read about the RPCs that are on, and call them.

It is off unless ``SCM_GRPC["EXPLORER"]`` is set. It shows names and documentation to everyone who reaches the site, but
no data. It makes calls as any other client, with the credential that the user enters.
"""
