"""What the transport costs: the same answer through raw WSGI, bare sonora, our doors, connectrpc and native grpcio."""
