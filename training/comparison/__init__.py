"""The comparison of versions and runs: tables, paired tests, curves, its page and its export."""
