"""Bodies are parsed, replies encoded and errors told as openai/gym-http-api's clients expect."""

from typing import Any

import pytest

from shared.errors import InstanceNotFound, InvalidAction, InvalidRequest, StoreUnavailable, Unauthorized
from shared.legacy.dialect import LEGACY
from shared.legacy.messages import CreateBody
from shared.web.bodies.form import BodyForm

CREATE = BodyForm(CreateBody)
SCOPE = {"path_params": {"instance_id": "3c657dbc"}}


@pytest.mark.parametrize("raw", [b"", b"null", b"{broken"])
def test_what_is_no_json_is_refused_in_the_original_servers_words(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="Request is not a valid json"):
        LEGACY.parse(CREATE, raw, {})


def test_a_missing_parameter_is_named_in_the_original_servers_words() -> None:
    with pytest.raises(InvalidRequest, match="A required request parameter 'env_id' was not provided"):
        LEGACY.parse(CREATE, b"{}", {})


def test_a_wrong_value_is_named_with_its_place() -> None:
    with pytest.raises(InvalidRequest, match=r"body\.seed"):
        LEGACY.parse(CREATE, b'{"env_id": "CartPole-v0", "seed": -1}', {})


def test_infinity_is_a_number_whatever_the_request_accepts() -> None:
    encoding = LEGACY.encoding(b"application/msgpack", b"", b"")
    assert encoding({"low": float("-inf")}).content == b'{"low":-1e100}'


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidAction("no"), 400),
        (InstanceNotFound(), 400),
        (Unauthorized("no key"), 401),
        (StoreUnavailable("down"), 503),
    ],
)
def test_an_error_is_a_message_with_400_but_for_a_missing_key_and_our_own_faults(error: Any, status: int) -> None:
    response = LEGACY.refuse(error, SCOPE)
    assert response.status_code == LEGACY.status(type(error)) == status
    assert bytes(response.body).startswith(b'{"message":')


def test_an_unknown_instance_is_named_as_the_client_named_it() -> None:
    assert LEGACY.refuse(InstanceNotFound(), SCOPE).body == b'{"message":"Instance_id 3c657dbc unknown"}'
