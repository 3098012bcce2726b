"""Pages of runs: the list, the form, a run, bulk actions, snapshots."""
