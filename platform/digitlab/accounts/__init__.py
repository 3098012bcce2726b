"""Log-in mode: passwords, tokens, and the account of a request. It must not import pages, sockets or the API."""
