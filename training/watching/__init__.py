"""Live updates of runs: one broadcaster per watched run and process, which reads the database and sends to sockets."""
