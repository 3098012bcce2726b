"""The HTTP API under `/api/v1/`: routers of the applications, and errors in one shape."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.parser import Parser

from datasets.rest import router as datasets_router
from digitlab import asyncapi
from digitlab.accounts.api_authentication import LOG_IN, api_authentication
from inference.rest.corrections import router as correction_router
from inference.rest.registry import router as registry_router
from inference.rest.versions import router as version_router
from storage.rest import router as storage_router
from training.rest.comparison import router as comparison_router
from training.rest.runs import router as run_router
from training.runs.services import FieldRefusedError
from weblib.errors import (
    VALIDATION_CODE,
    LabError,
    RateExceededError,
    code_of,
    error_body,
)
from weblib.json_limits import DocumentTooLargeError, excess_of_lists
from weblib.plain_errors import FieldError, plain_errors


class DigitLabAPI(NinjaAPI):
    """Ninja's API with our plain words for validation errors."""

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


class LimitedParser(Parser):
    """Ninja's parser of bodies, which refuses a document that would hold the interpreter for long."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The document of the body.

        Raises:
            DocumentTooLargeError: it has too many lists and objects.
        """
        if excess := excess_of_lists(request.body):
            raise DocumentTooLargeError(excess)
        return super().parse_body(request)


api = DigitLabAPI(
    parser=LimitedParser(),
    title="Digit Lab",
    version="1",
    description="Submit training runs, watch them, and predict digits with model versions. "
    "The messages of the WebSockets are in [asyncapi.json](asyncapi.json).",
    urls_namespace="api",
    auth=api_authentication(settings.AUTH_MODE),
)
for _router in (
    run_router,
    comparison_router,
    datasets_router,
    version_router,
    correction_router,
    registry_router,
    storage_router,
):
    api.add_router("", _router)


@api.get("asyncapi.json", include_in_schema=False)
def _asyncapi(request: HttpRequest) -> dict[str, Any]:
    return asyncapi.document(
        host=request.get_host(), protocol="wss" if request.is_secure() else "ws", prefix=settings.URL_PREFIX
    )


@api.exception_handler(FieldRefusedError)
def _field_refused(request: HttpRequest, error: FieldRefusedError) -> HttpResponse:
    detail: list[FieldError] = [{"loc": ["body", error.field], "msg": str(error)}]
    return _error(request, detail, error.code, error.status)


@api.exception_handler(LabError)
def _refused(request: HttpRequest, error: LabError) -> HttpResponse:
    response = _error(request, str(error), error.code, error.status)
    if isinstance(error, RateExceededError):
        response["Retry-After"] = str(error.seconds)
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _error(request, error.errors, VALIDATION_CODE, 422)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, LabError):  # of the parser: Ninja has a sentence of its own for all its errors
        return _refused(request, error.__cause__)
    detail = LOG_IN if error.status_code == HTTPStatus.UNAUTHORIZED else str(error)
    return _error(request, detail, code_of(error.status_code), error.status_code)


@api.exception_handler(ObjectDoesNotExist)
def _not_found(request: HttpRequest, error: ObjectDoesNotExist) -> HttpResponse:  # noqa: ARG001 -- Ninja's signature
    return _error(request, "there is nothing of that number", code_of(404), 404)


@api.exception_handler(DjangoValidationError)
def _not_valid(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    return _error(request, " ".join(error.messages), VALIDATION_CODE, 422)


def _error(request: HttpRequest, detail: Any, code: str, status: int) -> HttpResponse:
    return api.create_response(request, error_body(detail, code), status=status)
