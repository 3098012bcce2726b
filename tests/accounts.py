"""An account in a lab where people log in."""

from tests.lab import Lab

NAME, PASSWORD = "ada", "a long enough password"
# For `manage.py shell -c`.
CREATION = (
    f"from django.contrib.auth.models import User; User.objects.create_superuser({NAME!r}, password={PASSWORD!r})"
)


def create_account(lab: Lab) -> None:
    """Make the account NAME with PASSWORD."""
    lab.command("shell", "-c", CREATION)
