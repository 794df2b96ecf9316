"""Write the catalogue's table from the environments that are installed: `make catalog`."""

import gymnasium

from shared import settings, variables
from shared.session.catalog.catalog import TABLE, as_table, describe_all
from shared.snapshot.making.make import register_environments


def main() -> None:
    """Make every registered environment and write what it says."""
    variables.prepare_process()
    register_environments(settings.read().env_modules)
    entries = describe_all(gymnasium.registry)
    TABLE.write_text(as_table(entries))
    print(f"{len(entries)} environments in {TABLE}")


if __name__ == "__main__":
    main()
