"""S3's errors as those of `Store`: a conflict, an unknown outcome, or an unavailable store.

A conditional write has failed only if an answer or an error proves that it was not done. Sources: "Error
responses" in the Amazon S3 API reference, and SeaweedFS's answers where they differ.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ResponseStreamingError,
)

from shared.errors import OutcomeUnknown, StoreFailed, StoreUnavailable
from shared.storage.protocol import Conflict

_NOT_CONNECTED = (EndpointConnectionError, ConnectTimeoutError)
BROKEN_OFF = (IncompleteReadError, ResponseStreamingError)
"""The connection broke within the body of a reply."""

_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)

_DENIED = (
    "grant s3:GetObject, s3:PutObject and s3:DeleteObject on its objects, and s3:ListBucket on the bucket, "
    "without which S3 answers this for every missing key"
)
_REFUSALS = frozenset({"PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"})
_REGION = "set AWS_REGION to the bucket's region"
_SESSION = "renew the credentials (AWS_SESSION_TOKEN)"
_ADVICE = {
    "NoSuchBucket": "create the bucket or name another in GYM_HTTP_STORE",
    "InvalidBucketName": "name a bucket in GYM_HTTP_STORE",
    "AccessDenied": _DENIED,
    "403": _DENIED,  # HeadObject's reply has no body to say more
    "AllAccessDisabled": _DENIED,
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID: the server does not know it",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY: it does not belong to AWS_ACCESS_KEY_ID",
    "ExpiredToken": _SESSION,
    "InvalidToken": _SESSION,
    "RequestTimeTooSkewed": "correct this host's clock",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "NotImplemented": "use a server with conditional writes (If-Match, If-None-Match)",
}


def status(error: ClientError) -> int:
    """The HTTP status of the answer."""
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def of_answer(error: ClientError, bucket: str, conditional: bool) -> Conflict | StoreFailed:
    """What an error in the server's answer means; `conditional` if the call was a conditional write."""
    code, answered = error.response["Error"]["Code"], status(error)
    # If-Match on a missing key is 404 on AWS and 412 elsewhere; 409 is a race that S3 itself gave up on.
    missing = answered == HTTPStatus.NOT_FOUND and code != "NoSuchBucket"
    if conditional and (missing or answered in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT)):
        return Conflict(f"S3 answered {answered} {code}", sent_once=_sent_once(error))
    if conditional and answered >= HTTPStatus.INTERNAL_SERVER_ERROR and code != "NotImplemented":
        return OutcomeUnknown(
            f"S3 answered a conditional write with {answered} {code}; it may be done: read the object back."
        )
    # The code alone: the server's message may repeat parts of the request.
    return _unavailable(bucket, f"S3 answered {answered} {code}", _ADVICE.get(code))


def of_silence(error: BotoCoreError, bucket: str, conditional: bool) -> StoreFailed:
    """What an error without an answer means: the request was not made, not sent, or lost on the way."""
    kind = type(error).__name__
    if isinstance(error, _NOT_CONNECTED):
        host = urlsplit(error.kwargs["endpoint_url"]).netloc.rpartition("@")[2]
        return _unavailable(bucket, f"no connection to {host}", "check AWS_ENDPOINT_URL_S3 and the network")
    if isinstance(error, _NO_CREDENTIALS):
        advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a role or profile"
        return _unavailable(bucket, f"no usable AWS credentials ({kind})", advice)
    if isinstance(error, ParamValidationError):
        return _unavailable(bucket, "this is not a valid bucket name", _ADVICE["InvalidBucketName"])
    if conditional:
        return OutcomeUnknown(
            f"S3's reply to a conditional write was lost ({kind}); it may be done: read the object back."
        )
    if isinstance(error, BROKEN_OFF):
        return _unavailable(bucket, f"its replies break off ({kind})", "check the network and try again")
    return _unavailable(bucket, kind, None)


def _sent_once(error: ClientError) -> bool:
    """Whether this is the answer to the first and only request, and S3 sends it only before the write is done."""
    refused = error.response["Error"]["Code"] in _REFUSALS
    return refused and error.response["ResponseMetadata"].get("RetryAttempts") == 0


def _unavailable(bucket: str, reason: str, advice: str | None) -> StoreUnavailable:
    return StoreUnavailable(
        f"The bucket {bucket!r} named by GYM_HTTP_STORE cannot be used: {reason}; "
        f"{advice or 'check AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_PROFILE and the server'}."
    )
