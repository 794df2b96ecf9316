"""Debian's Firefox, driven by WebDriver BiDi, which it speaks itself: https://w3c.github.io/webdriver-bidi/."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

# Firefox of its own accord calls home; a test's browser talks to the test's server alone.
_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "ui.prefersReducedMotion": 1,
}
_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_MOST_BYTES = 64 * 2**20
_PATIENCE_S = 120


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = count(1)
        self.complaints: list[str] = []
        """What its consoles called an error."""
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])
        self.tab: str = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Make a call, and wait for its result."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self._connection.recv(timeout=60))
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self.complaints.append(str(said["params"]["text"]))
            if said.get("id") == number:
                assert said["type"] == "success", said
                result: dict[str, Any] = said["result"]
                return result

    def open(self, url: str) -> None:
        """Load a page."""
        self.send("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def ask(self, expression: str) -> Any:
        """The expression's value in the page, by way of JSON."""
        wrapped = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        target = {"context": self.tab}
        said = self.send("script.evaluate", expression=wrapped, target=target, awaitPromise=True)
        assert said["type"] == "success", said
        return json.loads(said["result"]["value"])

    def until(self, expression: str) -> Any:
        """Ask until the value is a true one; a busy machine is no fault of a page."""
        deadline = time.monotonic() + _PATIENCE_S
        while not (value := self.ask(expression)):
            assert time.monotonic() < deadline, (expression, self.complaints, self.ask("document.body.innerText"))
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        """Click with a real pointer, once the element can be."""
        self.until(f"document.querySelector({selector!r})?.disabled === false")
        where = self.ask(
            f"(() => {{ const it = document.querySelector({selector!r}); it.scrollIntoView({{block: 'center'}});"
            " const { x, y, width, height } = it.getBoundingClientRect();"
            " return [x + width / 2, y + height / 2]; })()"
        )
        moves = [
            {"type": "pointerMove", "x": int(where[0]), "y": int(where[1])},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "actions": moves})

    def type(self, text: str) -> None:
        """Type with a real keyboard, into what has the focus."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keyboard", "actions": keys})

    def select_all(self) -> None:
        """Press Ctrl+A."""
        control = "\ue009"
        keys = [("keyDown", control), ("keyDown", "a"), ("keyUp", "a"), ("keyUp", control)]
        actions = [{"type": kind, "value": key} for kind, key in keys]
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def _perform(self, source: dict[str, Any]) -> None:
        self.send("input.performActions", context=self.tab, actions=[source])


@contextmanager
def started(profile: Path) -> Iterator[Firefox]:
    """A Firefox with a new profile, until the block ends."""
    executable = shutil.which("firefox-esr") or shutil.which("firefox")
    if executable is None:
        reason = "There is no Firefox to open the pages in; install Debian's package firefox-esr."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines))
    command = [executable, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    environment = {**os.environ, "HOME": str(profile)}
    output = profile / "output.txt"
    with (
        output.open("wb") as file,
        subprocess.Popen([*command, "about:blank"], stdout=file, stderr=file, env=environment) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while not (listening := _LISTENING.search(output.read_text(errors="replace"))):
                alive = process.poll() is None and time.monotonic() < deadline
                assert alive, output.read_text(errors="replace")
                time.sleep(0.1)
            with connect(f"{listening[1]}/session", max_size=_MOST_BYTES, proxy=None) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()
            process.wait(30)
