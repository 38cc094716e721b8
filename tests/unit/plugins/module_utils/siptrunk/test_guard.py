# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules find in the trunks refuses them; what they find elsewhere does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import guard, states
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import DRIVERS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes

ACCEPT = [{"rule": "DIAL001", "reason": "a test"}]
TRUNK: dict[str, Any] = {
    "name": "t",
    "provider": {"host": "192.0.2.1"},
    "registration": {"user": "u", "secret": "hush"},
}
# Whoever calls in could call out again.
OPEN = {**TRUNK, "inbound": {"context": "open"}}
TRANSPORT = "[transport-udp]\ntype=transport\nbind=0.0.0.0\n"
OUT = "[general]\n[open]\ninclude => to-t\n"


def check(
    directory: Path,
    trunk: dict[str, Any],
    accept: Any = (),
    layout: str = "included",
    sip: str = "",
    driver: str = "chan_sip",
    **more: str,
) -> Any:
    for name, text in {"sip.conf": f"[general]\n{sip}", "extensions.conf": OUT, **more}.items():
        (directory / name).write_text(text)
    pbx = states.Pbx(str(directory), DRIVERS[driver], layout, Attributes.of(str(directory)))
    state = "overridden" if layout == "included" else "merged"
    planned = states.plan(state, [trunk], pbx)
    return guard.check(planned, {"t"}, pbx, guard.accepting(accept))


def test_a_sound_trunk(tmp_path: Path) -> None:
    assert check(tmp_path, TRUNK) == []


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_trunk_that_is_declared_to_trust_nobody(driver: str, tmp_path: Path) -> None:
    trunk = {**TRUNK, "inbound": {"trust": []}}
    assert check(tmp_path, trunk, driver=driver, **{"pjsip.conf": TRANSPORT}) == []


def test_what_is_grave_is_refused(tmp_path: Path) -> None:
    with pytest.raises(guard.Refused, match="security DIAL001") as refused:
        check(tmp_path, OPEN)
    assert "accept" in str(refused.value) and "hush" not in str(refused.value)
    assert [one.rule for one in refused.value.findings] == ["DIAL001"]


def test_what_is_accepted(tmp_path: Path) -> None:
    assert check(tmp_path, OPEN, ACCEPT) == []


def test_what_is_accepted_and_not_needed_is_told(tmp_path: Path) -> None:
    assert check(tmp_path, TRUNK, ACCEPT) == ["accept: DIAL001: nothing of the kind is found"]


@pytest.mark.parametrize("one", [{"rule": "SIP999", "reason": "x"}, {"rule": "DIAL001", "reason": " "}])
def test_acceptances_that_say_nothing(one: dict[str, str]) -> None:
    with pytest.raises(SipTrunkError, match="accept: "):
        guard.accepting([one])


def test_what_was_wrong_elsewhere_is_not_our_business(tmp_path: Path) -> None:
    sip = "[other]\ntype=peer\nhost=dynamic\n"
    assert check(tmp_path, TRUNK, sip=sip) == []


def test_in_place_the_sections_of_the_trunk_count(tmp_path: Path) -> None:
    sip = (
        "allowguest=no\nregister => u:hush@192.0.2.1\n"
        "[t]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\ncontext=open\ndirectmedia=no\n"
        "[other]\ntype=peer\nhost=dynamic\n"
    )
    with pytest.raises(guard.Refused, match="DIAL001"):
        check(tmp_path, OPEN, layout="in_place", sip=sip)


def test_what_people_kept_before_is_told(tmp_path: Path) -> None:
    sip = "allowguest=no\n[t]\ntype=friend\nhost=192.0.2.1\ninsecure=port,invite\ncontext=x\nqualify=yes\n"
    trunk = {"name": "t", "provider": {"host": "192.0.2.1"}}
    (told,) = check(tmp_path, trunk, layout="in_place", sip=sip)
    assert "security SIP003" in told


def test_texts_that_are_on_no_pbx() -> None:
    guard.check_text({"sip.conf": "[t]\ntype=peer\nhost=192.0.2.1\n"}, [])
    with pytest.raises(guard.Refused, match="SIP005"):
        guard.check_text({"sip.conf": "[t]\ntype=peer\nhost=dynamic\n"}, [])
