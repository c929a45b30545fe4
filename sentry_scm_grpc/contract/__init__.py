"""The contract as data. Do not edit it: scripts/generate-contract makes it from protos/, except the answers.

``contract.json`` is for documentation and for the explorer:

* ``rules``: the comment at the head of scm.proto; ``services``: their names, files and comments;
* ``rpcs``, in the contract's order: name, service, path, group, comment, policy (``access``, ``executor``, ``scopes``,
  ``needs``, ``wants_user``, ``any_credential``, ``idempotency``), ``request`` and ``response`` as names of messages,
  ``streams``, ``pages``, ``items`` (the field that a page repeats), ``resources`` (the fields that name rows) and
  ``errors`` (what its comment says of them);
* ``messages`` and ``enums`` by full name, with comments. The ``rules`` of a field are those of options.proto in lower
  case, with the ``minimum`` that follows from them.

``openapi.json`` describes the JSON door as OpenAPI 3.1: every RPC that does not stream.

``answers.json`` has an answer of each RPC in protobuf's JSON form, recorded from the embedded host by
tests/docs/answers.py. Lists are cut to their first item. A stream has its first message.

``contract.binpb`` is the google.protobuf.FileDescriptorSet with all imports and google.rpc's errors, without comments.
"""

from pathlib import Path

JSON = Path(__file__).with_name("contract.json")
OPENAPI = Path(__file__).with_name("openapi.json")
ANSWERS = Path(__file__).with_name("answers.json")
DESCRIPTOR_SET = Path(__file__).with_name("contract.binpb")
