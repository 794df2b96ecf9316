"""The ids of eight hexadecimal digits by which this API names instances.

Stored, each is the beginning of a UUID, so that the instance can be used through `/v1` too.
"""

import re

from shared.errors import InstanceNotFound

_SHORT = re.compile(r"[0-9a-f]{8}")
# The rest of a version 4 UUID, the same for every instance of this API. Its node spells "legacy".
_REST = "-0000-4000-8000-6c6567616379"


def full_id(short: str) -> str:
    """The stored id of the instance that clients of this API know by eight digits.

    Raises:
        InstanceNotFound: it is not eight digits, so no key of the store is made of it.
    """
    if not _SHORT.fullmatch(short):
        raise InstanceNotFound
    return short + _REST


def short_id(instance_id: str) -> str | None:
    """The eight digits of an instance that was created through this API; None for any other."""
    return instance_id.removesuffix(_REST) if instance_id.endswith(_REST) else None
