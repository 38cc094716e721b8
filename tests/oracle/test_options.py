# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of chan_pjsip's options is what Asterisk 16 and 22 say of themselves, and what they do."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import options
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_docs import (
    ANY,
    shown,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import RELEASES

from .conftest import container, wait_until_booted

# Documented, but not to be written: false means none, and no that nothing is said.
WRONG_DEFAULTS = {("cos", "false"), ("tos", "false"), ("stir_shaken", "no")}
ROOT = Path(__file__).parents[2]


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pjsip_options", ROOT / "scripts/pjsip_options.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()


@pytest.fixture(scope="module", params=script.IMAGES)
def image(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def asked() -> List[Any]:
    return [script.ask(image) for image in script.IMAGES]


def release_of(image: str) -> str:
    """That of the table: the distribution may have a newer one by now."""
    return RELEASES[script.IMAGES.index(image)]


def test_the_table_is_what_they_say(asked: List[Any]) -> None:
    written = script.table(asked)
    for one, release in zip(asked, RELEASES):
        assert one.release.split(".")[0] == release.split(".")[0]
        written = written.replace(f'"{one.release}"', f'"{release}"')
    assert written == script.TABLE.read_text(), "run scripts/pjsip_options.py, which writes the table"


def test_nearly_every_kind_was_tried(asked: List[Any]) -> None:
    for one in asked:
        tried = sum(len(names) for names in one.taken.values())
        print(f"Asterisk {one.release}: {len(one.taken)} kinds, {tried} options")
        # A wizard is read by other code; phoneprov takes any name, and its module wants profiles of phones.
        # The third one is never in a file: it has no type.
        assert one.kinds.keys() - one.taken.keys() == {"wizard", "phoneprov", "subscription_persistence"}


def test_the_console_shows_the_same(image: str, tmp_path: Path) -> None:
    catalogue = options.of_release(release_of(image))
    tmp_path.chmod(0o755)
    for name, text in {**script.CONFIG, "pjsip.conf": ""}.items():
        (tmp_path / name).write_text(text)
    mount = ["--network", "none", "--volume", f"{tmp_path}:/etc/asterisk"]
    with container(image, mount, "asterisk", "-f", "-n") as name:
        wait_until_booted(name)
        ask = 'for each; do asterisk -rx "config show help $each"; done'
        # The console knows only what is loaded.
        kinds = [
            f"{kind.module} {kind.name}" for kind in catalogue.kinds.values() if kind.name != "phoneprov"
        ]
        text = script.inside(name, "bash", "-c", ask, "bash", *kinds)
    undocumented = {("inbound-publication", "event_" + ANY)}
    found = {(kind, name) for kind, told in shown(text).items() for name in told}
    wanted = {(kind.name, name) for kind in catalogue.kinds.values() for name in kind.options}
    assert {pair for pair in wanted if pair[0] != "phoneprov"} - found == undocumented
    assert not {pair for pair in found if pair[0] != "phoneprov"} - wanted


def test_documented_values_are_taken(image: str, tmp_path: Path) -> None:
    catalogue = options.of_release(release_of(image))
    sections = [
        (f"{kind.name}{script.BETWEEN}{option.name}{script.BETWEEN}{number}", kind.name, option.name, value)
        for kind in catalogue.kinds.values()
        for option in kind.options.values()
        for number, value in enumerate((*option.values, *filter(None, [option.default]), "no_such_value"))
        if kind.name not in ("wizard", "phoneprov")
    ]
    text = "".join(f"[{section}]\ntype={kind}\n{name}={value}\n" for section, kind, name, value in sections)
    tmp_path.chmod(0o755)
    for file, content in {**script.CONFIG, "pjsip.conf": text, "sorcery.conf": script.ALL}.items():
        (tmp_path / file).write_text(content)
    log = script.log(image, tmp_path)
    refused = set(re.findall(r"Error parsing ([^=]+)=(.*) at line \d+ of", log))
    assert ("dtmf_mode", "no_such_value") in refused
    assert {(name, value) for name, value in refused if value != "no_such_value"} <= WRONG_DEFAULTS


@pytest.mark.parametrize("name", ["FORCE_RPORT", "Context", "@trunk"])
def test_case_and_the_sign_that_asterisk_skips(name: str, image: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    text = f"[one]\ntype=endpoint\n{name}=yes\n[two]\ntype=endpoint\n{script.NONSENSE}=yes\n"
    for file, content in {**script.CONFIG, "pjsip.conf": text}.items():
        (tmp_path / file).write_text(content)
    refused = set(
        re.findall(r"Could not find option suitable for category '(\w+)'", script.log(image, tmp_path))
    )
    assert refused == {"two"}
