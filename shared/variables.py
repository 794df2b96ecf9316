"""The variables of the process's environment that are others': AWS's, OpenTelemetry's, those of libraries.

This module and `shared.settings` are the only code that reads the environment.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shared.errors import Misconfigured

_BUNDLES = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt")
"""Where Amazon Linux, of which Lambda's runtimes are made, and Debian keep all certificates in one file."""


def traces_endpoint(environment: Mapping[str, str] | None = None) -> str | None:
    """Where OpenTelemetry's own variables have traces sent; None where they name no collector.

    Source: OpenTelemetry's *Protocol Exporter* specification, which has defaults for all of them but the first.

    Raises:
        Misconfigured: the address is none of HTTP, or another protocol than HTTP's is asked for.
    """
    environment = os.environ if environment is None else environment
    for variable in ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        endpoint = environment.get(variable, "").strip()
        if endpoint:
            break
    else:
        return None
    if not re.match(r"https?://[^/]", endpoint):
        raise Misconfigured(f"{variable} is {endpoint!r}, no address of HTTP; use http://HOST:4318.")
    for variable in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        protocol = environment.get(variable, "").strip() or "http/protobuf"
        if protocol != "http/protobuf":
            raise Misconfigured(f"{variable} is {protocol}, and traces are sent by http/protobuf alone; unset it.")
    return endpoint


def counts_folder(environment: Mapping[str, str] | None = None) -> str | None:
    """Where the processes of one server count together; None where each counts alone.

    Source: prometheus_client's *Multiprocess Mode*, whose variable it is.
    """
    environment = os.environ if environment is None else environment
    return environment.get("PROMETHEUS_MULTIPROC_DIR") or None


def count_in(folder: str) -> None:
    """Let processes that this one starts count together, in this folder."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def prepare_process() -> None:
    """Set the variables with which libraries open no screen, play no sound and print no banner, unless set.

    So that boto3 finds its region too, which it reads from another variable than all other clients of AWS.
    """
    name_region()
    for name, value in {
        "SDL_VIDEODRIVER": "dummy",
        "SDL_AUDIODRIVER": "dummy",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "MUJOCO_GL": "egl",
    }.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("PYGLET_HEADLESS", "True")  # pyglet draws by EGL then; with a screen it need not


def name_region() -> None:
    """Let `AWS_REGION` count where `AWS_DEFAULT_REGION` is not set, the only one that boto3 reads."""
    region = os.environ.get("AWS_REGION")
    if region:
        os.environ.setdefault("AWS_DEFAULT_REGION", region)


class AWSVariables(NamedTuple):
    """The variables by which every client of AWS finds its server, as far as they are read here."""

    endpoint: str | None
    """A server that is not AWS's own."""
    region: str | None
    profile: str | None
    has_keys: bool
    """Whether an access key and its secret are set."""
    ca_bundle: Path | None = None
    """A file of certificates that the server is trusted by, instead of the system's."""


def aws() -> AWSVariables:
    """The variables of AWS in the process's environment; an empty one counts as unset, as for boto3."""
    read = os.environ.get
    return AWSVariables(
        endpoint=read("AWS_ENDPOINT_URL_S3") or read("AWS_ENDPOINT_URL") or None,
        region=read("AWS_DEFAULT_REGION") or read("AWS_REGION") or None,
        profile=read("AWS_PROFILE") or None,
        has_keys=bool(read("AWS_ACCESS_KEY_ID") and read("AWS_SECRET_ACCESS_KEY")),
        ca_bundle=Path(read("AWS_CA_BUNDLE", "")) if read("AWS_CA_BUNDLE") else None,
    )


def drop_empty_endpoints() -> None:
    """Unset variables that name an empty endpoint of S3, as a template may: obstore would end the process."""
    for variable in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
        if os.environ.get(variable) == "":
            del os.environ[variable]


def name_certificates() -> None:
    """Let a function read the system's certificates from the one file that has them, unless variables name others.

    obstore would read the folder beside it too, in which each of them is a file of its own: 6 ms of a cold start.
    """
    read = os.environ.get
    if not read("AWS_LAMBDA_FUNCTION_NAME") or read("SSL_CERT_FILE") or read("SSL_CERT_DIR"):
        return
    bundle = next(filter(os.path.isfile, _BUNDLES), None)
    if bundle is not None:
        os.environ["SSL_CERT_FILE"] = bundle


def azure_endpoint() -> str | None:
    """The address of a server that is not Azure's own; None for Azure's."""
    return os.environ.get("AZURE_STORAGE_ENDPOINT") or os.environ.get("AZURE_ENDPOINT") or None


def google_endpoint() -> str | None:
    """The address of a server that is not Google's own; None for Google's."""
    return os.environ.get("GOOGLE_BASE_URL") or None


def is_kept_by_snapstart() -> bool:
    """Whether this is a Lambda function whose process is kept as a snapshot once its modules are imported."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def function_memory_bytes() -> int | None:
    """The memory of the Lambda function that this process is; None where it is none."""
    size = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")  # in MiB
    return int(size) * 2**20 if size.isdecimal() else None


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment with `changes`, for a process that it starts."""
    return {**os.environ, **changes}
