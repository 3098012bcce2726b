"""Five hosts, each a network namespace with a process tree of its own, on which one lab runs; and what happens there.

Everything is in namespaces of its own, which end with the process that tells the stories: no network, process or name
of the machine is touched.
"""
