# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be found out about a trunk: how bad it is, what it means, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, NamedTuple

OK, WARNING, CRITICAL, UNKNOWN = "ok", "warning", "critical", "unknown"
# The plug-in interface of Nagios and its heirs.
EXIT_CODES = {OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3}
# What nobody knows may be critical.
BY_SEVERITY = (OK, WARNING, UNKNOWN, CRITICAL)


class Cause(NamedTuple):
    """A row of the table.

    explanation, next_step: templates for str.format()
    final: to wait longer does not help
    """

    status: str
    explanation: str
    next_step: str = ""
    final: bool = False


_RELOAD = "asterisk -rx 'sip reload'"

CAUSES: Dict[str, Cause] = {
    # It works
    "registered": Cause(OK, "registered as {account} at {registrar}, expires in {expires_in} s"),
    "trusted": Cause(OK, "does not register; has the address of each of its hosts"),
    # It works, but something is odd
    "duplicate": Cause(
        WARNING,
        "{count} registrations run for {account} at {registrar}: each displaces the other at the provider",
        f"remove the register lines that sip.conf has besides the trunk's own, then: {_RELOAD}",
    ),
    # It is not registered
    "trying": Cause(
        CRITICAL,
        "not registered yet: {account} at {registrar} is under way ({state})",
        "look again in some seconds, or use --wait",
    ),
    "not_fresh": Cause(
        CRITICAL,
        "the registration of {account} at {registrar} is of {registered_at}, which is not new enough",
        f"have it renewed: {_RELOAD}",
    ),
    "expired": Cause(
        CRITICAL,
        "shown as registered, but the registration of {account} at {registrar} has expired ({registered_at})",
        f"have it renewed: {_RELOAD}; see whether the clock was changed",
    ),
    "wrong_password": Cause(
        CRITICAL,
        "wrong password: {registrar} does not accept the credentials of {account} ({state})",
        f"correct user, auth_user or secret, or ask the provider about the account, then: {_RELOAD}",
        final=True,
    ),
    "rejected": Cause(
        CRITICAL,
        "rejected: {registrar} does not know {account} (404 or the like), and Asterisk has stopped trying",
        f"compare user, domain and host with what the provider gave you, then: {_RELOAD}",
        final=True,
    ),
    "gave_up": Cause(
        CRITICAL,
        "gave up: Asterisk has used up its registerattempts for {account} at {registrar}",
        f"set registerattempts=0 in sip.conf, see why the provider did not answer, then: {_RELOAD}",
        final=True,
    ),
    "no_answer": Cause(
        CRITICAL,
        "no answer from {registrar} to the registration of {account}; the host resolves to {addresses}",
        "check host, port and transport, and the firewalls in between",
    ),
    "unavailable": Cause(
        CRITICAL,
        "{registrar} is there (it answers OPTIONS), but does not register {account} (such as 503)",
        "ask the provider; Asterisk goes on trying",
    ),
    "unknown_host": Cause(
        CRITICAL,
        "the name {host} does not resolve, so {account} cannot register",
        "correct provider.host, or the name servers of this host",
        final=True,
    ),
    "missing": Cause(
        CRITICAL,
        "Asterisk has no registration for {account} at {registrar}",
        f"{_RELOAD}; if it stays away: siptrunk lint /etc/asterisk/sip.conf",
    ),
    "unknown_state": Cause(
        UNKNOWN,
        "the state '{state}' of {account} at {registrar} is not known here",
        "look into Asterisk's log",
    ),
    "ambiguous": Cause(
        UNKNOWN,
        "the CLI cuts names, so {account} at {registrar} cannot be told from another trunk",
        "give the verifier its AMI user (manager_user of the module sip_trunks)",
        final=True,
    ),
    # It may be registered, but calls do not come in, or do not go out
    "deaf": Cause(
        CRITICAL,
        "deaf: the section [{section}] {lack}, so calls from {host} are refused",
        f"as soon as {{host}} resolves: {_RELOAD}",
    ),
    "mute": Cause(
        CRITICAL,
        "mute: the section [{section}] {lack}, so no call goes out to {host}",
        f"as soon as {{host}} resolves: {_RELOAD}",
    ),
    "trust_moved": Cause(
        CRITICAL,
        "{host} resolves to {addresses} now, but the section [{section}] has {address}: "
        "calls from the new address are refused",
        f"{_RELOAD}; to have addresses followed from now on, set enable=yes in dnsmgr.conf",
    ),
    # Nobody can tell
    "not_running": Cause(
        CRITICAL,
        "Asterisk is not running ({detail})",
        "systemctl start asterisk; if it fails, journalctl -u asterisk",
    ),
    "starting": Cause(CRITICAL, "Asterisk is still starting ({detail})", "look again in some seconds"),
    "not_installed": Cause(CRITICAL, "Asterisk is not installed ({detail})", "install it", final=True),
    "driver_not_loaded": Cause(
        CRITICAL,
        "{driver} is not loaded ({detail})",
        "asterisk -rx 'module load {driver}.so'; if it fails: siptrunk lint /etc/asterisk/sip.conf",
    ),
    "not_answering": Cause(
        UNKNOWN, "Asterisk runs, but does not answer ({detail})", "look into its log; restart it if it hangs"
    ),
    "permission_denied": Cause(
        UNKNOWN,
        "Asterisk may not be asked by this user ({detail})",
        "run this as root or asterisk",
        final=True,
    ),
    "unreadable": Cause(
        UNKNOWN,
        "Asterisk's answer cannot be understood ({detail})",
        "report it with the version of Asterisk",
        final=True,
    ),
}


@dataclass(frozen=True)
class Finding:
    """A cause with the facts of one trunk filled in."""

    cause: str
    explanation: str
    next_step: str

    @property
    def status(self) -> str:
        return CAUSES[self.cause].status

    @property
    def final(self) -> bool:
        return CAUSES[self.cause].final


def finding(cause: str, **facts: object) -> Finding:
    row = CAUSES[cause]
    return Finding(cause, row.explanation.format(**facts), row.next_step.format(**facts))


def worst(statuses: list[str]) -> str:
    return max(statuses, key=BY_SEVERITY.index)
