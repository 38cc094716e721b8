# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults, and what the verifier must say of them: by what a telephony engineer would say, not by what it says."""

from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple, Union

OK, WARNING, CRITICAL, UNKNOWN = "ok", "warning", "critical", "unknown"


class Verdict(NamedTuple):
    """causes: any of them is right; empty where the status says all"""

    status: str
    causes: Tuple[str, ...] = ()


class Fault(NamedTuple):
    """One trunk, and what is wrong with it.

    expected: for all, or by driver; a driver that is not there has no such fault
    at_provider: what its address does, see provider.cfg; then a change to that comes when all trunks are up
    secret: that the provider knows for the account; None for no account
    addresses: of its name from the start; no name for None; those that it has later
    account: what is declared, beside what all trunks have
    evidence: what the last answer is told to be, by driver
    """

    expected: Union[Verdict, Mapping[str, Verdict]]
    at_provider: str = ""
    then_at_provider: Optional[str] = None
    secret: Optional[str] = "right"
    then_secret: Optional[str] = None
    addresses: Optional[int] = 1
    then_addresses: Optional[Tuple[int, ...]] = None
    tls: bool = False
    account: Mapping[str, Any] = {}
    loss: bool = False
    shares: str = ""
    evidence: Mapping[str, str] = {}


BOTH = ("chan_sip", "pjsip")
GOOD = Verdict(OK, ("registered",))
# The name is DNS's, not a fault of the trunk's own.
SILENT = Verdict(CRITICAL, ("no_answer",))
# chan_pjsip tells neither the code nor the reason.
REFUSED = {"chan_sip": Verdict(CRITICAL, ("wrong_password",)), "pjsip": Verdict(CRITICAL, ("rejected",))}
UNKNOWN_ACCOUNT = Verdict(CRITICAL, ("rejected",))
NOT_NOW = {"chan_sip": Verdict(CRITICAL, ("unavailable",)), "pjsip": Verdict(CRITICAL, ("rejected",))}
UNTRUSTED = Verdict(CRITICAL, ("no_answer", "unavailable", "rejected"))
SHORT = {"expiry": 60}

FAULTS: Dict[str, Fault] = {
    "healthy": Fault(GOOD),
    "wrong password": Fault(
        REFUSED, secret="another", evidence={"chan_sip": "a challenge (401, 407)", "pjsip": "401 from"}
    ),
    "wrong user": Fault(
        UNKNOWN_ACCOUNT, at_provider="404", secret=None, evidence=dict.fromkeys(BOTH, "404 from")
    ),
    "account disabled (403)": Fault(REFUSED, at_provider="403", evidence=dict.fromkeys(BOTH, "403 from")),
    "provider down before the start": Fault(
        SILENT, at_provider="silent", evidence=dict.fromkeys(BOTH, "no answer from")
    ),
    "provider down after the start": Fault(
        {"chan_sip": SILENT, "pjsip": Verdict(CRITICAL, ("no_answer", "expired"))},
        then_at_provider="silent",
        account=SHORT,
    ),
    "provider slow (2 s)": Fault(GOOD, at_provider="slow"),
    "one packet in five is lost": Fault(GOOD, loss=True),
    "423 Interval Too Brief": Fault(GOOD, at_provider="423", account=SHORT),
    "503 with Retry-After": Fault(NOT_NOW, at_provider="503", evidence={"pjsip": "503 from"}),
    "302": Fault(NOT_NOW, at_provider="302"),
    "407 instead of 401": Fault(GOOD, at_provider="407"),
    # chan_sip knows MD5 only, and does not tell why it does not answer; chan_pjsip 22 has to be told that it may.
    "SHA-256 only": Fault(
        {"chan_sip": Verdict(CRITICAL, ("unavailable",)), "pjsip": REFUSED["pjsip"]}, at_provider="sha256"
    ),
    "a dead account beside a good one on a host": Fault(REFUSED, secret="another", shares="healthy"),
    "a name longer than every column": Fault(
        GOOD, account={"user": "a-user-name-that-is-longer-than-each-of-the-columns"}
    ),
    "no such name": Fault(Verdict(CRITICAL, ("unknown_host",)), addresses=None),
    "DNS dead at the start, back later": Fault(
        Verdict(CRITICAL, ("deaf",)), addresses=None, then_addresses=(0,)
    ),
    "the provider has moved": Fault(Verdict(CRITICAL, ("trust_moved",)), then_addresses=(1,)),
    "the provider has one address more": Fault(
        {"chan_sip": Verdict(WARNING, ("trust_partial",)), "pjsip": Verdict(CRITICAL, ("trust_moved",))},
        then_addresses=(0, 1),
    ),
    "the provider has one address less": Fault(
        {"pjsip": Verdict(WARNING, ("trust_left_over",))}, addresses=2, then_addresses=(0,)
    ),
    "the name is gone": Fault(Verdict(WARNING, ("unresolvable",)), then_addresses=()),
    "secret changed at the provider": Fault(REFUSED, then_secret="another", account=SHORT),
    "certificate good": Fault(GOOD, tls=True),
    "certificate expired": Fault(UNTRUSTED, tls=True),
    "certificate of another name": Fault(UNTRUSTED, tls=True),
    "certificate of an unknown authority": Fault(UNTRUSTED, tls=True),
}
