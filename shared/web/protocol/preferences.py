"""What a client prefers, which a server may ignore (RFC 7240)."""

_WAITS_S = 2.0
"""Seconds that a client waits which does not say for how long."""
_MOST_S = 30.0


def async_after(sent: bytes | None) -> float | None:
    """Seconds after which a `Prefer` header wants a reply, though the work goes on; None if it does not.

    `respond-async` may come with `wait=SECONDS`, of which at most 30 count.
    """
    preferences: dict[str, str] = {}
    for each in (sent or b"").decode("latin-1").split(","):
        name, _, value = each.partition(";")[0].partition("=")
        preferences.setdefault(name.strip().lower(), value.strip().strip('"'))
    if "respond-async" not in preferences:
        return None
    wait = preferences.get("wait", "")
    if not (wait.isascii() and wait.isdecimal()):
        return _WAITS_S
    return min(float(wait[:4]), _MOST_S)
