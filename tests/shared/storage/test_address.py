"""An address is taken apart without loss, and an error about one does not repeat it."""

import pytest

from shared.storage.address import StoreAddress


@pytest.mark.parametrize(
    ("url", "scheme", "location"),
    [
        ("memory:", "memory", ""),
        ("sqlite:///a/b.db", "sqlite", "///a/b.db"),
        ("sqlite:////100% mine/b.db", "sqlite", "////100% mine/b.db"),
        ("s3://bucket/a:b", "s3", "//bucket/a:b"),
    ],
)
def test_the_scheme_ends_at_the_first_colon_and_the_location_is_as_written(
    url: str, scheme: str, location: str
) -> None:
    assert StoreAddress.parse(url) == StoreAddress(scheme, location)


@pytest.mark.parametrize("url", ["", "memory", "/var/lib/snapshots.db"])
def test_a_text_without_a_colon_has_no_scheme(url: str) -> None:
    assert StoreAddress.parse(url) == StoreAddress("", url)


def test_a_malformed_address_is_told_its_forms_and_not_repeated() -> None:
    detail = StoreAddress.parse("s3://key:secret@bucket").malformed("s3://BUCKET", "s3://BUCKET/PREFIX").detail
    assert detail == "GYM_HTTP_STORE is not a valid s3: address; write s3://BUCKET or s3://BUCKET/PREFIX."
