"""What the lists of runs and of versions share: orders, filters, search, and the query that an address holds."""
