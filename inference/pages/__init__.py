"""Pages of the canvas, versions, networks, aliases, the trash and corrections."""
