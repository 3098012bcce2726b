"""The log-in page: guesses of passwords are limited and logged, and few passwords are checked at once."""

import contextlib
import logging
import threading
from typing import Any, Final

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from digitlab.processes import blas_threads
from weblib import rate_limits
from weblib.errors import RateExceededError

logger = logging.getLogger(__name__)

# A class or an office behind one address fails more often than one account.
ADDRESS_TIMES: Final = 10
# The hash of a password takes some tenths of a second of a core, by design; half of the cores stay for other requests.
AT_ONCE: Final = max(1, blas_threads.cores() // 2)
LONGEST_WAIT_SECONDS: Final = 8.0

_slots: Final = threading.BoundedSemaphore(AT_ONCE)


class LogInForm(AuthenticationForm):
    """Django's form; a failed attempt counts for the name that was given and for the address it came from.

    Attributes:
        refused_status: HTTP status where the password was not looked at: 429 or 503; 0 where it was.
        retry_seconds: After which another attempt is accepted.
    """

    refused_status = 0
    retry_seconds = 0

    def clean(self) -> Any:
        """Check the password, while no connection to the database is held by those who wait for that."""
        if not _slots.acquire(timeout=LONGEST_WAIT_SECONDS):
            self._refuse("many people log in at this moment; retry in a few seconds", 503, 5)
        try:
            return self._check()
        finally:
            _slots.release()

    def _check(self) -> Any:
        # The limits are looked at in the slot: guesses that are sent at once count one after the other.
        name = str(self.cleaned_data.get("username", ""))[:150].casefold()
        address = str(self.request.META.get("REMOTE_ADDR", "")) if self.request else ""
        keys = (("account", name, 1), ("address", address, ADDRESS_TIMES))
        try:
            for kind, key, times in keys:
                rate_limits.check("failed log-ins", kind, key, times=times)
        except RateExceededError as error:
            logger.warning("log-in refused for account %r from %s: %s", name, address, error)
            self._refuse(str(error), error.status, error.seconds)
        try:
            return super().clean()
        except ValidationError:
            logger.warning("log-in failed for account %r from %s", name, address)
            for kind, key, times in keys:
                with contextlib.suppress(RateExceededError):
                    rate_limits.count("failed log-ins", kind, key, times=times)
            raise

    def _refuse(self, sentence: str, status: int, seconds: int) -> None:
        self.refused_status, self.retry_seconds = status, seconds
        raise ValidationError(f"{sentence[:1].upper()}{sentence[1:]}.")


class LogInView(LoginView):
    """The log-in page, also of the admin; a refusal has its status and says when to retry."""

    template_name = "login.html"
    authentication_form = LogInForm

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page with its errors."""
        response: HttpResponse = super().form_invalid(form)
        if form.refused_status:
            response.status_code = form.refused_status
            response["Retry-After"] = str(form.retry_seconds)
        return response
