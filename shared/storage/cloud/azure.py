"""A store in a container of Azure Blob Storage.

Its variables are those of Azure's own tools: `AZURE_STORAGE_ACCOUNT_NAME` and a key, a token or a role, as obstore
reads them, and `AZURE_STORAGE_ENDPOINT` for another server.
"""

import re
from typing import Any

from obstore.store import AzureStore as Container

from shared import variables
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.cloud.failures import Place, host_of
from shared.storage.cloud.store import FAILED, CloudStore
from shared.storage.protocol import Durability

_KEY = "check AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY"
# Source: "Common REST API error codes" and "Blob Storage error codes" in Azure's reference.
_ADVICE = {
    "ContainerNotFound": "create the container or name another in GYM_HTTP_STORE",
    "AuthenticationFailed": f"{_KEY}, and this host's clock",
    "AuthorizationFailure": _KEY,
    "AuthorizationPermissionMismatch": "give the identity the role Storage Blob Data Contributor",
    "401": _KEY,
    "403": _KEY,
    "Connect": "check AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ENDPOINT and the network",
    "Interrupted": "its replies break off; check the network and try again",
}
_CHECK = "check AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_ENDPOINT and the server"
# Source: "Naming and Referencing Containers, Blobs, and Metadata".
_CONTAINER = re.compile(r"\$root|[a-z0-9](?:-?[a-z0-9]){2,62}")


class AzureStore(CloudStore):
    """Objects in `container` under the key prefix `prefix`."""

    capabilities = Capabilities(
        remote=True,
        shared=True,
        # What one Put Blob takes: 5,000 MiB, "Scalability targets for Blob Storage".
        max_object_bytes=5000 * 2**20,
        # Azure could; obstore has no way to say it.
        deletes_conditionally=False,
    )

    def __init__(self, container: str, prefix: str = "", timeout_s: float = 10.0) -> None:
        super().__init__(timeout_s)
        self.container = container
        self.prefix = "/".join(filter(None, prefix.split("/")))

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "AzureStore":
        """The store at `az://CONTAINER/PREFIX`; the prefix may be left out. It is durable whatever is asked for.

        Raises:
            Misconfigured: there is no container, or there are credentials, which belong in variables.
        """
        container, _, prefix = address.location.removeprefix("//").partition("/")
        if not address.location.startswith("//") or not _CONTAINER.fullmatch(container):
            raise address.malformed("az://CONTAINER/PREFIX")
        return cls(container, prefix)

    def place(self) -> Place:
        """The container."""
        return Place(
            name=f"The container {self.container!r}",
            server="Azure",
            host=host_of(variables.azure_endpoint()),
            missing=frozenset({"ContainerNotFound"}),
            refusals=frozenset({"ConditionNotMet", "BlobAlreadyExists", "BlobNotFound"}),
            advice=_ADVICE,
            check=_CHECK,
        )

    def _handle(self, **options: Any) -> Container:
        endpoint = variables.azure_endpoint()
        options["client_options"]["allow_http"] = (endpoint or "").startswith("http://")
        try:
            return Container(self.container, prefix=self.prefix or None, **options)
        except (*FAILED, ValueError) as error:
            raise self.place().unusable(f"no client can be made ({type(error).__name__})", _CHECK) from error
