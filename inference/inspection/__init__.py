"""Network internals for pages: layers, contributions, single neurons, the pixels that decide, snapshots."""
