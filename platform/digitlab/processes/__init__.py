"""The processes of the lab: how they are started, supervised and watched, and where Redis listens."""
