"""One run of chaos: clients, servers and a store; kills and faults; a recorded history and a verdict."""

import argparse
import asyncio
import contextlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.chaos.checker import Verdict, Violation, check, counted
from tests.chaos.client import Client
from tests.chaos.clouds import CLOUDS, Cloud
from tests.chaos.fleet import Server, keep_running, kill, kill_now_and_then
from tests.chaos.history import Recorder, read
from tests.chaos.logs import Log, log_of, unexplained
from tests.chaos.plan import Plan
from tests.chaos.s3_proxy import S3Proxy
from tests.chaos.sqlite_lock import hold_now_and_then
from tests.chaos.workload import Workload

_MOST_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Run:
    """What happens in a run, and where its files are kept."""

    directory: Path
    calls: int
    kills: int
    faults: int
    clients: int = 8
    servers: int = 4
    seed: int = 0
    app: str = "functions.local:app"
    cloud: Cloud | None = None
    """The store; without one it is a SQLite file."""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What happened, and the verdict."""

    verdict: Verdict
    plan: Plan
    seconds: float
    recorded: int
    """Calls in the logs of the instances that were left, all of which are explained unless told."""

    def __str__(self) -> str:
        verdict, faults = self.verdict, ", ".join(f"{n} {kind}" for kind, n in sorted(self.plan.injected.items()))
        found = counted(verdict.violations)
        lines = [
            f"{verdict.acknowledged} calls acknowledged, {self.plan.kills} kills, "
            f"{self.plan.injected.total()} faults ({faults}) in {self.seconds:.0f} s",
            f"{verdict.applied_in_silence} calls applied whose acknowledgement never came, "
            f"{verdict.recognised} repeated ones recognised",
            f"{verdict.not_final.total()} replies that were not final"
            + "".join(f", {n} of them {reply}" for reply, n in sorted(verdict.not_final.items())),
            f"{self.recorded} calls in the logs of the instances that were left",
            f"{found.pop('lost', 0)} lost, {found.pop('doubled', 0)} doubled, {sum(found.values())} other",
            *(f"  {each.kind}: {each.text}" for each in verdict.violations[:_MOST_SHOWN]),
        ]
        return "\n".join(lines)


async def run(chosen: Run) -> Report:
    """Run and decide. The directory gets the history, `history.jsonl`, and each server's log."""
    chosen.directory.mkdir(parents=True)
    plan = Plan(calls=chosen.calls, kills=chosen.kills, faults=chosen.faults, seed=chosen.seed)
    began = time.monotonic()
    history = chosen.directory / "history.jsonl"
    with history.open("w") as file:
        recorder = Recorder(file)
        async with _fleet(chosen, plan) as servers:
            workload = Workload(plan)
            clients = [Client(number, servers, plan, recorder) for number in range(chosen.clients)]
            async with _trouble(chosen, servers, plan):
                await asyncio.gather(*(workload.drive(client) for client in clients))
            missing = await _last_words(clients[0], workload)
            logs = await _logs(servers, workload)
    calls = read(history)
    verdict = await asyncio.to_thread(check, calls)
    for name, log in logs.items():
        missing += unexplained(name, log, calls)
    verdict = verdict._replace(violations=missing + verdict.violations)
    return Report(verdict, plan, time.monotonic() - began, sum(len(log.rows) for log in logs.values()))


@contextlib.asynccontextmanager
async def _fleet(chosen: Run, plan: Plan) -> AsyncIterator[list[Server]]:
    key = secrets.token_hex(16)
    servers: list[Server] = []
    async with contextlib.AsyncExitStack() as stack:
        for number in range(chosen.servers):
            environment = {**chosen.environment, "GYM_HTTP_SIGNING_KEYS": key}
            if chosen.cloud is None:
                environment["GYM_HTTP_STORE"] = f"sqlite:///{_database(chosen)}"
            else:
                proxy = S3Proxy(chosen.cloud.endpoint, plan, partial(_kill_one, servers, number, plan))
                await stack.enter_async_context(proxy.running())
                environment |= chosen.cloud.through(proxy.endpoint)
                environment["GYM_HTTP_STORE"] = f"{chosen.cloud.address}/{key[:8]}"
            servers.append(Server(number, chosen.app, environment, chosen.directory / f"server-{number}.log"))
        try:
            await asyncio.gather(*(server.start() for server in servers))
            yield servers
        finally:
            for server in servers:
                server.kill()
                await server.gone()


@contextlib.asynccontextmanager
async def _trouble(chosen: Run, servers: list[Server], plan: Plan) -> AsyncIterator[None]:
    """Inject kills and faults until the block ends; then every server runs and the store works."""
    tasks = [asyncio.create_task(keep_running(server)) for server in servers]
    tasks.append(asyncio.create_task(kill_now_and_then(servers, plan)))
    if chosen.cloud is None:
        tasks.append(asyncio.create_task(hold_now_and_then(_database(chosen), plan)))
    try:
        yield
        plan.heal()
        while any(server.client is None for server in servers):
            await asyncio.sleep(0.05)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


def _kill_one(servers: list[Server], number: int, plan: Plan) -> None:
    kill(servers[number], plan)


async def _last_words(client: Client, workload: Workload) -> list[Violation]:
    """Step every remaining instance, which shows the result of all earlier calls; return the missing ones."""
    listed = (await client.insist("list")).attempts[0].reply
    missing = []
    for shared in workload.instances:
        if shared.name not in listed:
            missing.append(Violation("lost", shared.name, "it is not listed any more"))
        await client.call("read", shared.name)
        await client.call("step", shared.name, keyed=True, action=0)
    return missing


async def _logs(servers: list[Server], workload: Workload) -> dict[str, Log]:
    """What each remaining instance has recorded, of those that do."""
    client = next(server.client for server in servers if server.client is not None)
    found = {shared.name: await log_of(client, shared.name) for shared in workload.instances}
    return {name: log for name, log in found.items() if log is not None}


def _database(chosen: Run) -> Path:
    return chosen.directory / "snapshots.db"


def main() -> None:
    """Run on SQLite, on SeaweedFS and on azurite; exit with status 1 unless everything is explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=main.__doc__)
    parser.add_argument("--calls", type=int, default=10_000, help="acknowledged calls")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--faults", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--servers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--store", choices=("sqlite", "s3", "azure"), action="append")
    parser.add_argument("--keep", type=Path, help="a directory for the histories and the servers' logs")
    given = parser.parse_args()
    explained = True
    with contextlib.ExitStack() as stack:
        directory = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for store in given.store or ("sqlite", "s3", "azure"):
            cloud = (
                None if store == "sqlite" else stack.enter_context(CLOUDS[store](directory / f"{store}-server"))
            )
            counts = {
                name: getattr(given, name) for name in ("calls", "kills", "faults", "clients", "servers", "seed")
            }
            report = asyncio.run(run(Run(directory=directory / store, cloud=cloud, **counts)))
            print(f"{store}, {given.servers} servers, {given.clients} clients, {os.cpu_count()} cores")
            print(report, flush=True)
            explained &= not report.verdict.violations
    sys.exit(0 if explained else 1)


if __name__ == "__main__":
    main()
