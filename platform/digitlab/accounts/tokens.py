"""Tokens with which programs act for an account: who one stands for, and what ends them."""

from typing import Any

from digitlab.models import ApiToken, fingerprint_of


def find_token(token: str) -> ApiToken | None:
    """The token with its user; None for one that is unknown or withdrawn, or whose user is deactivated."""
    found = ApiToken.objects.select_related("user").filter(fingerprint=fingerprint_of(token)).first()
    return found if found is not None and found.user.is_active else None


class TokensEndWithPassword:
    """A password validator that accepts every password and deletes the account's tokens when it has changed.

    Django calls `password_changed` wherever a new password is saved: forms, the admin and `manage.py changepassword`;
    not when it only renews the hash of the same password.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Accept it."""

    def get_help_text(self) -> str:
        """The help text of the form's field."""
        return "Tokens of the account end when its password changes."

    def password_changed(self, _password: str, user: Any) -> None:
        """Delete the account's tokens."""
        ApiToken.objects.filter(user=user).delete()
