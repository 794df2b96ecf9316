"""The rules of `Store` as tests that any store's own tests inherit.

    pytest.register_assert_rewrite("shared.storage.testing")  # in conftest.py: asserts that show their values

    class TestMyStore(SharedStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)

        @pytest.fixture
        def second(self, store, tmp_path):
            return MyStore(tmp_path)

A store that does not delete conditionally, as its capabilities say, inherits the other rules one by one.

Only tests import these modules: they need pytest.
"""

import pytest

from shared.storage.protocol import Store
from shared.storage.testing.deletes import ConditionalDeleteRules
from shared.storage.testing.listings import ListingRules
from shared.storage.testing.objects import ObjectRules
from shared.storage.testing.races import RaceRules
from shared.storage.testing.sharing import SharingRules


class StoreContract(ObjectRules, ListingRules, RaceRules, ConditionalDeleteRules):
    """What every store promises. A subclass gives the fixture `store`: a new store without objects.

    The rules are coroutines, which AnyIO's plug-in for pytest runs; Starlette brings it.
    """

    @pytest.fixture
    def store(self) -> Store:
        """A new store without objects, closed by the fixture that made it."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture `store`: a new store without objects.")


class SharedStoreContract(StoreContract, SharingRules):
    """What a store whose capabilities say `shared` promises besides, with one more fixture, `second`."""
