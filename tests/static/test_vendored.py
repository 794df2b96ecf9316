"""The libraries of the pages are what the lock file makes of them."""

import json
import re
import subprocess
from pathlib import Path

from tests.servers import ROOT

JAVASCRIPT = ROOT / "infra" / "javascript"
VENDORED = ROOT / "static" / "vendor"


def test_building_the_bundles_again_gives_the_same_bytes(
    node: str, javascript_packages: Path, tmp_path: Path
) -> None:
    subprocess.run([node, JAVASCRIPT / "vendor.mjs", tmp_path], check=True, capture_output=True)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_bytes() for path in VENDORED.iterdir()}


def test_versions_are_exact_and_every_package_is_held_to_its_hash() -> None:
    wanted = json.loads((JAVASCRIPT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((JAVASCRIPT / "package-lock.json").read_text())["packages"]
    for name, package in locked.items():
        assert not name or package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_every_bundled_package_has_its_licence_beside_it() -> None:
    licences = (VENDORED / "LICENSES.txt").read_text()
    for name, version, licence in (
        ("@codemirror/view", r"6\.\d+\.\d+", "MIT"),
        ("@lezer/javascript", r"1\.\d+\.\d+", "MIT"),
        ("swagger-ui-dist", r"5\.\d+\.\d+", "Apache-2.0"),
        ("uplot", r"1\.\d+\.\d+", "MIT"),
    ):
        assert re.search(rf"^{name} {version} \({licence}\)$", licences, re.MULTILINE), name
    titles = re.findall(r"^\S+ \d+\.\d+\.\d+ \((.+)\)$", licences, re.MULTILINE)
    assert set(titles) == {"MIT", "Apache-2.0"}
    words = {"MIT": "Permission is hereby granted", "Apache-2.0": "Apache License\n"}
    for title, text in zip(titles, licences.split(f"\n{'-' * 80}\n"), strict=True):
        assert words[title] in text
    assert "SmartBear Software Inc." in licences, "a notice"
    assert "react.production.min.js" in licences, "and those of what a package has bundled itself"
