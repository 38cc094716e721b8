# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import findings

PEER = "[general]\nallowguest=no\n[t]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\n"
TELEPHONE = "[100]\ntype=friend\nhost=dynamic\nsecret=geheim\n"
ENDPOINT = "[t]\ntype=endpoint\naors=t\nidentify_by=ip\n[t]\ntype=aor\ncontact=sip:192.0.2.1\n"
REGISTRATION = "[r]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:u@192.0.2.1\n"
AUTO = "autoload=yes\n"
FOR_PJSIP = "".join(
    f"load={module}.so\n"
    for module in ("res_pjproject", "res_sorcery_config", "res_pjsip", "res_pjsip_session", "chan_pjsip")
)
Found = List[Tuple[str, Optional[int]]]


def found(modules: Optional[str], sip: str = "", pjsip: str = "", *, parts: bool = False) -> Found:
    files = {"sip.conf": sip, "pjsip.conf": pjsip}
    given = {name: text for name, text in files.items() if text}
    if modules is not None:
        given["modules.conf"] = f"[modules]\n{modules}"
    found = findings(from_texts(given, parts=parts))
    return [(one.rule, one.line) for one in found if one.rule.startswith("MOD")]


@pytest.mark.parametrize(
    ("modules", "sip", "pjsip", "expected"),
    [
        (AUTO + "noload=chan_sip.so\n", PEER, "", [("MOD001", 3)]),
        (AUTO + "noload => chan_sip\n", PEER, "", [("MOD001", 3)]),
        ("load=chan_sip.so\nnoload=chan_sip.so\n" + AUTO, PEER, "", [("MOD001", 3)]),
        ("autoload=no\nload=chan_pjsip.so\n", PEER, "", [("MOD001", 2)]),
        ("", PEER, "", [("MOD001", 1)]),
        ("autoload=no\nload=chan_sip.so\n", PEER, "", []),
        ("require=chan_sip.so\n", PEER, "", []),
        (AUTO, PEER, "", []),
        (None, PEER, "", []),
        # Telephones only; and what is left of a move.
        (AUTO + "noload=chan_sip.so\n", TELEPHONE, "", []),
        (AUTO + "noload=chan_sip.so\n", PEER, ENDPOINT, []),
        (AUTO + "noload=chan_sip.so\nnoload=chan_pjsip.so\n", PEER, ENDPOINT, [("MOD001", 3), ("MOD002", 4)]),
    ],
)
def test_chan_sip_missing(modules: Optional[str], sip: str, pjsip: str, expected: Found) -> None:
    assert found(modules, sip, pjsip) == expected


@pytest.mark.parametrize(
    ("modules", "pjsip", "expected"),
    [
        (AUTO, ENDPOINT, []),
        (FOR_PJSIP, ENDPOINT, []),
        (FOR_PJSIP, ENDPOINT + REGISTRATION, [("MOD002", 1)]),
        ("load=chan_pjsip.so\n", ENDPOINT, [("MOD002", 1)]),
        (AUTO + "noload=res_pjsip_session.so\n", ENDPOINT, [("MOD002", 3)]),
        (AUTO + "noload=res_pjsip_outbound_registration.so\n", ENDPOINT, []),
        (AUTO + "noload=res_pjsip_outbound_registration.so\n", ENDPOINT + REGISTRATION, [("MOD002", 3)]),
        (AUTO + "noload=chan_pjsip.so\n", "[u]\ntype=transport\n", []),
    ],
)
def test_pjsip_missing(modules: str, pjsip: str, expected: Found) -> None:
    assert found(modules, "", pjsip) == expected


def test_a_part_may_leave_the_rest_to_another_file() -> None:
    assert found("load=chan_pjsip.so\n", PEER, parts=True) == []
    assert found("noload=chan_sip.so\n", PEER, parts=True) == [("MOD001", 2)]


@pytest.mark.parametrize(
    ("listen", "bind", "same"),
    [
        ("", "bind=0.0.0.0", True),
        ("", "bind=0.0.0.0:5060", True),
        ("", "bind=192.0.2.9", True),
        ("", "bind=0.0.0.0:5061", False),
        ("", "bind=0.0.0.0\nprotocol=tcp", False),
        ("", "protocol=udp", False),
        ("bindport=5062\n", "bind=0.0.0.0:5062", True),
        ("udpbindaddr=192.0.2.8:5060\n", "bind=192.0.2.9", False),
        ("udpbindaddr=192.0.2.9\n", "bind=192.0.2.9:5060", True),
        ("udpbindaddr=0.0.0.0:5062\n", "bind=0.0.0.0", False),
        ("udpbindaddr=[::]\n", "bind=[2001:db8::1]", True),
    ],
)
def test_same_port(listen: str, bind: str, same: bool) -> None:
    transport = f"[u]\ntype=transport\n{bind}\n"
    sip, pjsip = PEER.replace("no\n", f"no\n{listen}", 1), transport + ENDPOINT
    for modules in (AUTO, None):
        assert found(modules, sip, pjsip) == ([("MOD003", 3)] if same else [])
    assert found(AUTO + "noload=chan_sip.so\n", sip, pjsip) == []
    assert found(AUTO, sip, transport) == []
    assert found(AUTO, sip, pjsip, parts=True) == []
