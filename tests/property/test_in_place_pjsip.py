# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks that are changed in a pjsip.conf by hand read back as wanted, and all other lines stay as they were."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import in_place
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.layouts import IN_PJSIP_CONF
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from .effort import examples
from .test_chan_sip import told_apart, trunk
from .test_in_place import COMMENT, DIALPLAN, styles
from .test_pjsip import as_read

PHONE = """\
[201]
type=endpoint
aors=201
auth=shared
context=internal
allow=alaw
[201]
type=aor
max_contacts=1
[shared]
type=auth
username=201
password=phone
"""
# What the objects of a trunk are called: alike, or each by its kind.
names_by_hand = st.sampled_from(["{name}", "{name}-{kind}"])


def in_pjsip_conf(declared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The trunks without what stands in the dialplan, or is chan_sip's alone."""
    plain = []
    for one in declared:
        kept = {
            group: {key: value for key, value in fields.items() if key not in DIALPLAN}
            if isinstance(fields, dict)
            else fields
            for group, fields in one.items()
            if group not in ("enabled", "options")
        }
        kept.get("outbound", {}).pop("context", None)
        plain.append(kept)
    return plain


def by_hand(trunks: list[Trunk], style: dict[str, str], naming: str) -> str:
    """The rendered objects, as somebody with habits and names of his own would have written them."""
    lines = []
    for section in pjsip.sections(trunks):
        kind = dict(section.entries)["type"]
        lines += ["", f"; {kind} of somebody", f"[{named(section.name, kind, naming)}]"]
        for key, value in section.entries:
            if key in ("outbound_auth", "aors"):
                value = named(value, "auth" if key == "outbound_auth" else "aor", naming)
            operator = " = " if value.startswith(">") else style["operator"]
            written = value.replace(";", "\\;")
            lines += [COMMENT, f"{style['indent']}{key}{operator}{written}{style['comment']}"]
    return style["end"].join([*PHONE.splitlines(), *lines, "; the end", ""])


def named(name: str, kind: str, naming: str) -> str:
    return name if kind == "endpoint" else naming.format(name=name, kind=kind)


def lines_of(text: str) -> Counter[str]:
    return Counter(line for line in text.splitlines() if line.strip())


@settings(max_examples=examples(150))
@given(st.lists(trunk, min_size=2, max_size=4), st.booleans(), styles, names_by_hand, st.booleans())
def test_changed_trunks_read_back_and_the_others_stay(
    declared: list[dict[str, Any]], renamed: bool, style: dict[str, str], naming: str, whole: bool
) -> None:
    declared = in_pjsip_conf(declared)
    before, changed = declared[:-1], {**declared[-1]}
    if renamed:
        changed["name"] = before[0]["name"]
    try:
        was = [as_read(one) for one in load(before)]
        (wanted,) = map(as_read, load([changed]))
        now = [*(one for one in was if one.name != wanted.name), wanted]
        load([one.to_dict() for one in now])
    except InvalidTrunks:
        event("refused")
        return
    hosts = [one.provider.host.lower() for one in [*was, wanted]]
    assume(len(set(hosts)) == len(hosts) and all(map(told_apart, [*before, changed])))
    event("changed" if renamed else "added")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "pjsip.conf"
        text = by_hand(was, style, naming)
        path.write_bytes(text.encode())
        place = in_place.PjsipTrunks(directory, IN_PJSIP_CONF)
        assert load(place.trunks) == tuple(was)

        place.change(was, (), whole=whole)
        assert list(place.files()) == []
        place.change([wanted], (), whole=whole)
        write(place)
        again = in_place.PjsipTrunks(directory, IN_PJSIP_CONF)
        assert {one.name: in_any_order(one) for one in load(again.trunks)} == {
            one.name: in_any_order(one) for one in now
        }
        others = by_hand([one for one in was if one.name != wanted.name], style, naming)
        assert not lines_of(others) - lines_of(path.read_bytes().decode())
        again.change([wanted], (), whole=whole)
        assert list(again.files()) == []

        last = in_place.PjsipTrunks(directory, IN_PJSIP_CONF)
        last.change([], [one.name for one in now])
        write(last)
        assert in_place.PjsipTrunks(directory, IN_PJSIP_CONF).trunks == []
        left = [line for line in path.read_text().splitlines() if line and not line.startswith(";")]
        assert left == PHONE.splitlines()


def load(declared: list[dict[str, Any]]) -> tuple[Trunk, ...]:
    return load_trunks(declared, driver=pjsip.NAME)


def in_any_order(one: Trunk) -> dict[str, Any]:
    """In which order hosts are trusted does not matter."""
    data = one.to_dict()
    data["inbound"] = {**data.get("inbound", {}), "trust": sorted(one.inbound.trust)}
    return data


def write(place: in_place.PjsipTrunks) -> None:
    for name, _before, after in place.files():
        Path(name).write_bytes(after.encode())
