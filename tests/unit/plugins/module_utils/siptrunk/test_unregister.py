# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import (
    Contact,
    Outcome,
    Wish,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.wire import Place
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.unregister import unregister

OURS = "sip:1234@192.0.2.9:5060"


class Provider:
    """Has these contacts, and forgets those that it is told to."""

    def __init__(self, *contacts: str, stubborn: bool = False, silent: bool = False) -> None:
        self.contacts, self.stubborn, self.silent = list(contacts), stubborn, silent
        self.asked: list[tuple[Wish, Uri]] = []

    def __call__(self, wish: Wish, via: Uri) -> Outcome:
        self.asked.append((wish, via))
        if self.silent:
            return Outcome("silent", None, "no answer")
        if wish.remove and not self.stubborn:
            self.contacts.remove(wish.remove)
        contacts = tuple(Contact(uri, 600) for uri in self.contacts)
        return Outcome(
            "accepted", None, "200 OK", status=200, own=Place("192.0.2.9", 40000), contacts=contacts
        )


def removed(
    provider: Provider, *, sip_conf: str = "", outbound_proxy: Optional[str] = None, **registration: Any
) -> str:
    trunk = {
        "name": "main",
        "provider": {"host": "sip.example.com", "outbound_proxy": outbound_proxy},
        "registration": {"user": "4321", "secret": "canary", "contact": "1234", **registration},
    }
    (loaded,) = load_trunks([trunk], driver="chan_sip")
    assert loaded.registration
    running = load_text(f"[general]\n{sip_conf}", "sip.conf")
    told = "\n".join(unregister(loaded, loaded.registration, running, provider))
    assert "canary" not in told
    return told


def test_the_contact_is_removed() -> None:
    provider = Provider(OURS)
    assert removed(provider) == f"trunk main: unregistered, the provider has {OURS} no more"
    assert provider.contacts == []


@pytest.mark.parametrize(
    "other",
    ["sip:1234@192.0.2.10:5060", "sip:1235@192.0.2.9:5060", "sip:1234@192.0.2.9:5062", "tel:+15550100"],
)
def test_what_may_be_somebody_elses_stays(other: str) -> None:
    provider = Provider(other)
    assert removed(provider) == "trunk main: the provider has no contact of this PBX"
    assert provider.contacts == [other] and len(provider.asked) == 1


def test_where_chan_sip_says_that_it_is() -> None:
    provider = Provider("sip:1234@192.0.2.9:5070", "sip:1234@203.0.113.1:5070", "sip:1234@203.0.113.1:5060")
    removed(provider, sip_conf="bindport = 5070\nexternaddr = 203.0.113.1\n")
    assert provider.contacts == ["sip:1234@203.0.113.1:5060"]
    provider = Provider("sip:s@203.0.113.1:4000")
    removed(provider, sip_conf="externip = 203.0.113.1:4000\n", contact=None)
    assert provider.contacts == []


def test_whom_is_asked() -> None:
    provider = Provider()
    removed(provider, domain="home.example.com", auth_user="digest")
    wish, via = provider.asked[0]
    assert (str(wish.uri), wish.user, str(via)) == (
        "sip:4321@home.example.com",
        "digest",
        "sip:sip.example.com",
    )
    removed(provider, outbound_proxy="proxy.example.com:5080")
    wish, via = provider.asked[1]
    assert (str(wish.uri), str(via)) == ("sip:4321@sip.example.com", "sip:proxy.example.com:5080")


def test_what_stays_is_told() -> None:
    assert "for up to 900 s: no answer" in removed(Provider(OURS, silent=True), expiry=900)
    assert "keeps its contact" in removed(Provider(OURS, stubborn=True))
    assert "only a hash" in removed(Provider(OURS), secret=None, secret_md5="0" * 32)
