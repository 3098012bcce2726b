"""What every page, list and call needs: paging, list queries, tags, plain text, labels, errors in plain words.

Imports Django and Pydantic, and nothing of the packages above it.
"""
