"""From an address to its store: our own by a table, those of other packages by their entry points."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from shared.errors import Misconfigured
from shared.storage.address import StoreAddress
from shared.storage.protocol import Durability, Store

GROUP = "gym_http.stores"
"""The entry point group. A name in it is the scheme of an address, its object a `StoreFactory`."""

StoreFactory = Callable[[StoreAddress, Durability], Store]
"""Makes the store at an address without contacting it. Raises `Misconfigured` where it cannot read the address."""

# No entry points of our own package: looking those up reads the metadata of every installed package, 10 ms of
# each cold start. And no other package can take one of these schemes.
_OURS = {
    scheme: EntryPoint(scheme, f"{factory}.from_address", GROUP)
    for scheme, factory in {
        "az": "shared.storage.cloud.azure:AzureStore",
        "gs": "shared.storage.cloud.google:GoogleStore",
        "memory": "shared.storage.memory:MemoryStore",
        "s3": "shared.storage.cloud.s3:S3Store",
        "sqlite": "shared.storage.sqlite:SQLiteStore",
    }.items()
}


def open_store(address: StoreAddress, durability: Durability) -> Store:
    """The store at the address, which is not contacted yet.

    Only that store's module is imported: a client of S3 costs a cold start 30 ms, boto3 half a second.

    Raises:
        Misconfigured: no installed package serves the scheme, several do, the one that does cannot be
            imported, or the address is not one of its forms.
    """
    entry_point = _OURS.get(address.scheme) or _installed(address.scheme)
    try:
        factory: StoreFactory = entry_point.load()
    except (ImportError, AttributeError) as error:
        raise Misconfigured(
            f"The store for {address.scheme}: in GYM_HTTP_STORE, {entry_point.value}, cannot be imported: {error}."
        ) from error
    return factory(address, durability)


def _installed(scheme: str) -> EntryPoint:
    """The entry point of another package that serves the scheme."""
    stores = entry_points(group=GROUP)
    # Distinct ones: a package that is found in two places of `sys.path` is listed twice.
    found = {entry_point.value: entry_point for entry_point in stores.select(name=scheme)}
    if not found:
        # The value is not repeated: it may hold credentials.
        known = ", ".join(f"{each}:" for each in sorted({*_OURS, *stores.names}))
        raise Misconfigured(
            f"GYM_HTTP_STORE does not start with the scheme of an installed store, which are {known}; "
            "the default is sqlite:///.gym-http/snapshots.db."
        )
    if len(found) > 1:
        names = ", ".join(sorted(found))
        raise Misconfigured(f"Several packages serve {scheme}: in GYM_HTTP_STORE: {names}; uninstall all but one.")
    return next(iter(found.values()))
