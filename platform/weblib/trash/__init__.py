"""What the trash of runs and that of versions share: its columns and rules, and its pages."""
