"""`manage.py create_token`: let a program use the API where people log in."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from digitlab.models import ApiToken, fingerprint_of, new_token


class Command(BaseCommand):
    help = "Make a token with which a program acts as a user. It is shown once and kept only as a fingerprint."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="What it is for.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(options["username"])
        except users.DoesNotExist as error:
            raise CommandError(
                f"there is no user {options['username']!r}; manage.py createsuperuser makes one"
            ) from error
        token = new_token()
        ApiToken.objects.create(user=user, name=options["name"][:100], fingerprint=fingerprint_of(token))
        self.stdout.write(token)
