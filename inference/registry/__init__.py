"""The model registry: versions, aliases with their history, the trash, snapshots, and the store of their files."""
