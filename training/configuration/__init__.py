"""The configuration of a run: one typed object, its presets, and the shape it takes from a parent version."""
