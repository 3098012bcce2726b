"""The HTTP API under `/api/v1/`: routers of the applications, and errors in one shape."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError, ValidationErrorContext

from digitlab.auth import api_authentication
from inference.api import router as inference_router
from inference.asgi import status_of
from inference.correction_api import router as correction_router
from inference.errors import (
    DATABASE_AWAY,
    DATABASE_AWAY_WORDS,
    InferenceError,
    RateExceededError,
    RegistryStateError,
)
from inference.registry_api import router as registry_router
from training.api import router as training_router
from training.errors import RunStateError
from training.plain_errors import FieldError, plain_errors
from training.services import FieldRefusedError

logger = logging.getLogger(__name__)


class DigitLabAPI(NinjaAPI):
    """Ninja's API with our plain words for what does not fit."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Every problem of every part of the request; `loc` names the part, then the field."""
        errors: list[Any] = []
        for context in error_contexts:
            source = context.model.__ninja_param_source__
            for error in plain_errors(context.pydantic_validation_error):
                skipped = 1 if source == "body" and len(error["loc"]) > 0 else 0  # the name of the parameter
                errors.append({"loc": [source, *error["loc"][skipped:]], "msg": error["msg"]})
        return ValidationError(errors)


api = DigitLabAPI(
    title="Digit Lab",
    version="1",
    description="Submit training runs, watch them, and ask model versions to read digits.",
    urls_namespace="api",
    auth=api_authentication(settings.AUTH_MODE),
)
api.add_router("", training_router)
api.add_router("", inference_router)
api.add_router("", correction_router)
api.add_router("", registry_router)


@api.exception_handler(FieldRefusedError)
def _field_refused(request: HttpRequest, error: FieldRefusedError) -> HttpResponse:
    detail: list[FieldError] = [{"loc": ["body", error.field], "msg": str(error)}]
    return api.create_response(request, {"detail": detail}, status=422)


@api.exception_handler(RunStateError)
@api.exception_handler(RegistryStateError)
def _wrong_state(request: HttpRequest, error: Exception) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=409)


@api.exception_handler(InferenceError)
def _refused(request: HttpRequest, error: InferenceError) -> HttpResponse:
    response = api.create_response(request, {"detail": str(error)}, status=status_of(error))
    if isinstance(error, RateExceededError):
        response["Retry-After"] = str(error.seconds)
    return response


@api.exception_handler(ObjectDoesNotExist)
def _not_there(request: HttpRequest, error: ObjectDoesNotExist) -> HttpResponse:  # noqa: ARG001 -- Ninja's signature
    return api.create_response(request, {"detail": "there is nothing of that number"}, status=404)


def _no_database(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("a call of the API found no database: %s", error)
    return api.create_response(request, {"detail": DATABASE_AWAY_WORDS}, status=503)


for _kind in DATABASE_AWAY:
    api.exception_handler(_kind)(_no_database)


@api.exception_handler(DjangoValidationError)
def _not_valid(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    return api.create_response(request, {"detail": " ".join(error.messages)}, status=422)
