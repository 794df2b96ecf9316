"""CloudWatch's embedded metric format: a line of the log that says which of its members are metrics.

A function has no port to be asked for metrics at, and no time to send any; CloudWatch finds them in its log. Each
combination of a name and values is a metric that costs money, so there are two kinds: one for an endpoint and one
for a problem.

Source: "Specification: Embedded metric format" in the Amazon CloudWatch user guide.
"""

import msgspec


class Metric(msgspec.Struct, rename="pascal"):
    """A member of the line that is a metric."""

    name: str
    unit: str


class Directive(msgspec.Struct, rename="pascal"):
    """Which members are metrics, and by which other members CloudWatch tells them apart."""

    namespace: str
    dimensions: tuple[tuple[str, ...], ...]
    metrics: tuple[Metric, ...]


class EmbeddedMetrics(msgspec.Struct):
    """The member `_aws` of a line."""

    timestamp: int = msgspec.field(name="Timestamp")
    """Milliseconds since the epoch."""
    directives: tuple[Directive, ...] = msgspec.field(name="CloudWatchMetrics")


_DURATION = (Metric("total_ms", "Milliseconds"),)
_PROBLEM = (Metric("problems", "Count"),)


def embedded_metrics(namespace: str, ended: float, refused: bool) -> EmbeddedMetrics:
    """What a line says of itself: `total_ms` by `endpoint` and, of a refused call, `problems` by `problem`.

    `ended` is in seconds since the epoch.
    """
    directives = [Directive(namespace, (("endpoint",),), _DURATION)]
    if refused:
        directives.append(Directive(namespace, (("problem",),), _PROBLEM))
    return EmbeddedMetrics(int(ended * 1e3), tuple(directives))
