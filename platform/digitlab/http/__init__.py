"""HTTP around Django: host and origin checks, the limit on bodies, static files, and uvicorn's transport."""
