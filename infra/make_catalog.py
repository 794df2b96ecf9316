"""Write the table of what can be created, from what is installed: `make catalog`."""

import json

import gymnasium

from shared import settings
from shared.session.catalog import TABLE, describe_all
from shared.snapshot.recipe import register_environments


def main() -> None:
    """Make every registered environment and write its entry, one a line."""
    settings.prepare_process()
    register_environments(settings.read().env_modules)
    entries = describe_all(gymnasium.registry)
    lines = [f"{json.dumps(env_id)}: {json.dumps(entry)}" for env_id, entry in entries.items()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(entries)} environments in {TABLE}")


if __name__ == "__main__":
    main()
