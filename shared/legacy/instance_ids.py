"""The ids of eight hexadecimal digits by which this API names instances.

Stored, each is the beginning of a UUID, so that the instance can be used through `/v1` too.
"""

import re

from shared.errors import InstanceNotFound

SHORT = re.compile(r"[0-9a-f]{8}")
REST = "-0000-4000-8000-6c6567616379"
"""What follows the digits in a stored id, a version 4 UUID. Its node spells \"legacy\"."""


def full_id(short: str) -> str:
    """The stored id of the instance that clients of this API know by eight digits.

    Raises:
        InstanceNotFound: it is not eight digits, so no key of the store is made of it.
    """
    if not SHORT.fullmatch(short):
        raise InstanceNotFound
    return short + REST


def short_id(instance_id: str) -> str | None:
    """The eight digits of an instance that was created through this API; None for any other."""
    return instance_id.removesuffix(REST) if instance_id.endswith(REST) else None
