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
    Option,
    documented,
    has,
    shown,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import RELEASES

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
    """The one in the table."""
    return RELEASES[script.IMAGES.index(image)]


def test_the_table_is_what_they_say(asked: List[Any]) -> None:
    written = script.table(asked)
    if [one.release for one in asked] == RELEASES:
        assert written == script.TABLE.read_text(), "scripts/pjsip_options.py writes the table"
    for one, release in zip(asked, RELEASES):
        for kind, found in one.kinds.items():
            new = {name for name, option in found.options.items() if is_newer(option, release, one.release)}
            known = {name for name in options.known(kind, release) if not name.startswith("event_")}
            assert found.options.keys() - new == known, "scripts/pjsip_options.py writes the table"


def is_newer(option: Option, release: str, present: str) -> bool:
    """Whether an option came after the release of the table: the distribution may have the next one by now."""
    return present != release and bool(option.since) and not has(release, option.since)


def test_nearly_every_kind_was_tried(asked: List[Any]) -> None:
    for one in asked:
        tried = sum(len(names) for names in one.taken.values())
        print(f"Asterisk {one.release}: {len(one.taken)} kinds, {tried} options")
        # A wizard is read by other code; phoneprov takes any name, and its module wants profiles of phones.
        # The third one is never in a file: it has no type.
        assert one.kinds.keys() - one.taken.keys() == {"wizard", "phoneprov", "subscription_persistence"}


def test_the_console_shows_the_same(image: str) -> None:
    documents = documented(script.run(image, "cat", script.DOCUMENTATION))
    # The console knows only what is loaded.
    kinds = [kind for name, kind in documents.items() if name != "phoneprov"]
    with script.started(image, {"pjsip.conf": ""}) as name:
        ask = 'for each; do asterisk -rx "config show help $each"; done'
        text = script.inside(
            name, "bash", "-c", ask, "bash", *(f"{kind.module} {kind.name}" for kind in kinds)
        )
    assert {kind: set(told) for kind, told in shown(text).items()} == {
        kind.name: set(kind.options) for kind in kinds
    }


def test_documented_values_are_taken(image: str) -> None:
    catalogue = options.of_release(release_of(image))
    sections = [
        (f"{kind.name}{script.BETWEEN}{option.name}{script.BETWEEN}{number}", kind.name, option.name, value)
        for kind in catalogue.kinds.values()
        for option in kind.options.values()
        for number, value in enumerate((*option.values, *filter(None, [option.default]), "no_such_value"))
        if kind.name not in ("wizard", "phoneprov")
    ]
    text = "".join(f"[{section}]\ntype={kind}\n{name}={value}\n" for section, kind, name, value in sections)
    log = script.errors(image, {"pjsip.conf": text, "sorcery.conf": script.ALL})
    refused = set(re.findall(r"Error parsing ([^=]+)=(.*) at line \d+ of", log))
    assert ("dtmf_mode", "no_such_value") in refused
    assert {(name, value) for name, value in refused if value != "no_such_value"} <= WRONG_DEFAULTS


def test_case_and_the_sign_that_asterisk_skips(image: str) -> None:
    names = ["FORCE_RPORT", "Context", "@trunk", script.NONSENSE]
    assert [bool(options.check("endpoint", name, release_of(image))) for name in names] == [0, 0, 0, 1]
    text = "".join(f"[{number}]\ntype=endpoint\n{name}=yes\n" for number, name in enumerate(names))
    log = script.errors(image, {"pjsip.conf": text})
    assert set(re.findall(r"Could not find option suitable for category '(\w+)'", log)) == {"3"}


def test_a_wizard_minds_the_options_that_it_passes_on(image: str) -> None:
    names = ["endpoint/force_rport", "endpoint/FORCE_RPORT", "endpoint/no_such_option", "no_such_option"]
    reasons = [options.check("wizard", name, release_of(image)) for name in names]
    assert [bool(reason) for reason in reasons] == [0, 0, 1, 1]
    text = "".join(
        f"[{number}]\ntype=wizard\nremote_hosts=127.0.0.1\n{name}=yes\n" for number, name in enumerate(names)
    )
    log = script.errors(image, {"pjsip.conf": "", "pjsip_wizard.conf": text})
    assert set(re.findall(r"Could not find option suitable for category '(\w+)'", log)) == {"2"}
