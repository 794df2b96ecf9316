"""A key stands for its owner, and anything else for nobody."""

import pytest

from shared.errors import Unauthorized
from shared.settings import PUBLIC, Settings
from shared.web.service.auth import owner_of, watched_by

KEYS = (("ann", "secret of ann"), ("bob", "secret-of-bob"), ("ann", "ann's second"))


def test_where_no_keys_are_set_everybody_is_the_public() -> None:
    assert owner_of(None, ()) == owner_of("Bearer whatever", ()) == PUBLIC


@pytest.mark.parametrize(
    ("header", "owner"),
    [
        ("Bearer secret-of-bob", "bob"),
        ("bearer secret-of-bob", "bob"),
        ("Bearer   secret-of-bob ", "bob"),
        ("Bearer secret of ann", "ann"),
        ("Bearer ann's second", "ann"),
    ],
)
def test_a_key_stands_for_its_owner(header: str, owner: str) -> None:
    assert owner_of(header, KEYS) == owner


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer secret",
        "Basic secret-of-bob",
        "secret-of-bob",
        "Bearer \udcff",
        "Bearer ÿ",
    ],
)
def test_anything_else_is_unauthorized(header: str | None) -> None:
    with pytest.raises(Unauthorized):
        owner_of(header, KEYS)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Bearer secret", "This key is not known"),
        ("bearer \udcff", "This key is not known"),
        (None, "requires an API key"),
        ("Bearer ", "requires an API key"),
        ("Basic secret-of-bob", "requires an API key"),
    ],
)
def test_a_wrong_key_is_told_from_none_and_is_not_repeated(header: str | None, told: str) -> None:
    with pytest.raises(Unauthorized, match=told) as raised:
        owner_of(header, KEYS)
    assert "secret" not in raised.value.detail


def test_a_teacher_may_watch_every_other_who_has_a_key_and_nobody_else_any() -> None:
    settings = Settings(api_keys=KEYS, teachers=("bob",))
    assert watched_by("bob", settings) == {"ann"}
    assert watched_by("ann", settings) == watched_by(PUBLIC, settings) == frozenset()
