# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks that are changed in a file by hand read back as wanted, and all other lines stay as they were."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import in_place
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.layouts import IN_SIP_CONF
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from .effort import examples
from .test_chan_sip import told_apart, trunk

DIALPLAN = ("numbers", "max_channels", "caller_id")
COMMENT = "; keep me"
styles = st.fixed_dictionaries(
    {
        "operator": st.sampled_from(["=", " = ", "  =  ", " => "]),
        "indent": st.sampled_from(["", "  ", "\t"]),
        "comment": st.sampled_from(["", " ; why", "\t;-- block --; ; and more"]),
        "end": st.sampled_from(["\n", "\r\n"]),
    }
)


def by_hand(trunks: list[Trunk], style: dict[str, str]) -> str:
    """The rendered file, as somebody with habits of his own would have written it."""
    lines = []
    for line in str(chan_sip.render(trunks)).replace("[general](+)", "[general]").splitlines():
        key, equals, value = line.partition(" = ")
        if line.startswith(";") or not equals or key.startswith("register"):
            lines.append(line)
        else:
            # "=>" is an operator.
            operator = " = " if value.startswith(">") else style["operator"]
            lines += [COMMENT, f"{style['indent']}{key}{operator}{value}{style['comment']}"]
    return style["end"].join([*lines, "[201]", "type=friend", "host=dynamic", "secret=x", ""])


def in_sip_conf(trunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The trunks without what stands in the dialplan."""
    return [
        {
            group: {key: value for key, value in fields.items() if key not in DIALPLAN}
            if isinstance(fields, dict)
            else fields
            for group, fields in one.items()
            if group != "enabled"
        }
        for one in trunks
    ]


@settings(max_examples=examples(400))
@given(st.lists(trunk, min_size=2, max_size=4), st.booleans(), styles)
def test_changed_trunks_read_back_and_the_others_stay(
    declared: list[dict[str, Any]], renamed: bool, style: dict[str, str]
) -> None:
    declared = in_sip_conf(declared)
    for one in declared:
        one.get("outbound", {}).pop("context", None)
        # One for all of chan_sip: it would change the other trunks, too.
        one.get("registration", {}).pop("retry_interval", None)
    before, changed = declared[:-1], {**declared[-1]}
    if renamed:
        changed["name"] = before[0]["name"]
    try:
        was = list(load_trunks(before))
        (wanted,) = load_trunks([changed])
        now = [*(one for one in was if one.name != wanted.name), wanted]
        load_trunks([one.to_dict() for one in now])
    except InvalidTrunks:
        event("refused")
        return
    hosts = [one.provider.host.lower() for one in [*was, wanted]]
    assume(len(set(hosts)) == len(hosts) and all(map(told_apart, [*before, changed])))
    event("changed" if renamed else "added")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "sip.conf"
        text = by_hand(was, style)
        path.write_bytes(text.encode())
        place = in_place.ChanSipTrunks(directory, IN_SIP_CONF)
        assert load_trunks(place.trunks) == tuple(was)

        place.change([wanted], ())
        files = {name: after for name, _before, after in place.files()}
        for name, after in files.items():
            Path(name).write_bytes(after.encode())
        again = in_place.ChanSipTrunks(directory, IN_SIP_CONF)
        assert {one.name: in_any_order(one) for one in load_trunks(again.trunks)} == {
            one.name: in_any_order(one) for one in now
        }
        for one in was:
            if one.name != wanted.name:
                assert all(line in path.read_text() for line in lines_of(text, one))
        again.change([wanted], ())
        assert list(again.files()) == []

        last = in_place.ChanSipTrunks(directory, IN_SIP_CONF)
        last.change([], [one.name for one in now])
        assert last.trunks == []
        for _name, _before, after in last.files():
            assert "[201]" in after


def in_any_order(one: Trunk) -> tuple[dict[str, Any], list[Any]]:
    """In which order hosts are trusted does not matter, as long as each has its section, whose label counts them."""
    data = one.to_dict()
    data.pop("sections", None)
    data["inbound"] = {**data.get("inbound", {}), "trust": sorted(one.inbound.trust)}
    sections = [
        (name, [(key, value) for key, value in entries if key != "trunkname"])
        for name, _comment, entries in chan_sip.sections([one])
    ]
    return data, sorted(sections)


def lines_of(text: str, one: Trunk) -> list[str]:
    """The lines of the sections of a trunk."""
    names = {section.name for section in chan_sip.sections([one])}
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip("[]") in names
        if inside and not line.startswith(COMMENT):
            lines.append(line)
    return lines
