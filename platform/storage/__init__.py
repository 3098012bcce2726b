"""Storage: backup, restore, verification and pruning of rows and of the files that rows name; what is stored, by kind.

It works on Django's registry of models and on what applications register (`storage.registry`); it imports none of them.
"""
