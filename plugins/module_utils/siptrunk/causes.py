# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be found out about a trunk: how bad it is, what it means, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, NamedTuple, Optional, Tuple

from .times import local_time

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


# What the steps name, for each driver: how to load a changed file, how to register anew, how to do both, and how to
# look names up again. chan_pjsip's reload leaves unchanged registrations alone; chan_sip's looks up no name while its
# files are what they were.
_SIP_RELOAD = "asterisk -rx 'sip reload'"
_PJSIP_RELOAD = "asterisk -rx 'module reload res_pjsip.so'"
_PJSIP_REGISTER = "asterisk -rx 'pjsip send register {name}'"
WORDS: Dict[str, Dict[str, str]] = {
    "chan_sip": {
        "reload": _SIP_RELOAD,
        "renew": _SIP_RELOAD,
        "again": _SIP_RELOAD,
        "look_up": "siptrunk trust --reload",
        "kind": "section",
        "file": "sip.conf",
        "module": "chan_sip.so",
        "authorities": "tlscafile in sip.conf",
    },
    "pjsip": {
        "reload": _PJSIP_RELOAD,
        "renew": _PJSIP_REGISTER,
        "again": f"{_PJSIP_RELOAD}; {_PJSIP_REGISTER}",
        "look_up": _PJSIP_RELOAD,
        "kind": "endpoint",
        "file": "pjsip.conf",
        "module": "chan_pjsip.so",
        "authorities": "ca_list_file of the transport",
    },
}

CAUSES: Dict[str, Cause] = {
    # It works
    "registered": Cause(OK, "registered as {account} at {registrar}{expiry}"),
    "trusted": Cause(OK, "does not register; has the address of each of its hosts"),
    # It works, but something is odd
    "duplicate": Cause(
        WARNING,
        "{count} registrations run for {account} at {registrar}: each displaces the other at the provider",
        "remove the register lines and registrations that sip.conf and pjsip.conf have besides the trunk's own, "
        "then: {reload}",
    ),
    "expiring": Cause(
        WARNING,
        "still registered as {account} at {registrar}{expiry}, but its refresh has had no good answer for {late} s",
        "look again in some seconds; see whether the provider still answers",
    ),
    "changed_since": Cause(
        WARNING,
        "{path} was written at {at}, and nothing shows that Asterisk has loaded it since: {account} at "
        "{registrar} is registered with what was there before",
        "{reload}",
    ),
    "refused": Cause(
        CRITICAL,
        "at {at} Asterisk refused the {kind} {section}, and goes on with what was there before, or without it",
        "see Asterisk's log, just before: grep -B 1 'Could not create an object' /var/log/asterisk/messages*; correct "
        "the option, then: {reload}",
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
        "have it renewed: {renew}",
    ),
    "unproven": Cause(
        UNKNOWN,
        "the registration of {account} at {registrar} is in force, but chan_pjsip does not tell since when",
        "have it renewed while this command looks: siptrunk verify --after 'pjsip send register {name}'",
    ),
    "expired": Cause(
        CRITICAL,
        "shown as registered, but the registration of {account} at {registrar} has expired ({registered_at})",
        "have it renewed: {renew}; see whether the clock was changed",
    ),
    "clock": Cause(
        UNKNOWN,
        "the clock was set back: for Asterisk, the registration of {account} at {registrar} is of a time to come, so "
        "that nobody knows whether it is still in force",
        "have it renewed: {renew}; see that the clock is kept (NTP)",
    ),
    "wrong_password": Cause(
        CRITICAL,
        "wrong password: {registrar} does not accept the credentials of {account} ({state})",
        "correct user, auth_user or secret, or ask the provider about the account, then: {again}",
        final=True,
    ),
    "forbidden": Cause(
        CRITICAL,
        "forbidden: {registrar} answers 403 to {account}, and Asterisk has stopped trying: the account is barred, or "
        "the password is wrong",
        "ask the provider about the account; correct user, auth_user or secret if it is not barred; then: {again}",
        final=True,
    ),
    "challenge": Cause(
        CRITICAL,
        "{registrar} asks {account} for credentials in a way that Asterisk cannot answer, such as SHA-256 alone",
        "ask the provider to let the account use MD5 (RFC 2617), or see what else it wants",
        final=True,
    ),
    "rejected": Cause(
        CRITICAL,
        "rejected: {registrar} does not know {account} (404 or the like), and Asterisk has stopped trying",
        "compare user, domain and host with what the provider gave you, then: {again}",
        final=True,
    ),
    "gave_up": Cause(
        CRITICAL,
        "gave up: Asterisk has used up its registerattempts for {account} at {registrar}",
        "set registerattempts=0 in sip.conf, see why the provider did not answer, then: {reload}",
        final=True,
    ),
    "no_answer": Cause(
        CRITICAL,
        "no answer from {registrar} to the registration of {account}; the host resolves to {addresses}",
        "check host, port and transport, and the firewalls in between",
    ),
    "certificate": Cause(
        CRITICAL,
        "{registrar} cannot prove who it is, so {account} does not register there: {reason}",
        "have the provider's certificate put right; if its name is another one, correct provider.host; if an authority "
        "of its own has signed it, let {authorities} have that",
    ),
    "no_transport": Cause(
        CRITICAL,
        "Asterisk has no transport for {transport}, so it has not loaded the registration of {account} at {registrar}",
        "declare one (transports of the module sip_trunks), then restart Asterisk",
        final=True,
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
        "{reload}; if it stays away: siptrunk lint /etc/asterisk/{file}",
    ),
    "differs": Cause(
        CRITICAL,
        "the registration [{name}] runs for {other_account} at {other_registrar}, not for {account} at {registrar}: "
        "Asterisk has not taken what {file} says now",
        "{reload}; if it stays so: siptrunk lint /etc/asterisk/{file}",
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
        "deaf: the {kind} [{section}] {lack}, so calls from {host} are refused",
        "as soon as {host} resolves: {look_up}",
    ),
    "mute": Cause(
        CRITICAL,
        "mute: the {kind} [{section}] {lack}, so no call goes out to {host}",
        "as soon as {host} resolves: {look_up}",
    ),
    "unreachable": Cause(
        CRITICAL,
        "{host} does not answer OPTIONS ([{section}] is {qualify}), so no call goes out to it, and maybe none comes in",
        "check the provider, the firewalls and the NAT in between; if it never answers OPTIONS, set nat.keepalive to 0",
    ),
    "trust_moved": Cause(
        CRITICAL,
        "{host} resolves to {addresses} now, but the {kind} [{section}] has {address}: "
        "calls from {missing} are refused",
        "{look_up}; to have addresses followed from now on, set enable=yes in dnsmgr.conf",
    ),
    "trust_partial": Cause(
        WARNING,
        "half deaf: {host} resolves to {addresses}, but the {kind} [{section}] has {address} only, for chan_sip takes "
        "one address of a name: calls from {missing} are refused",
        "list the addresses in inbound.trust, one by one",
        final=True,
    ),
    "trust_left_over": Cause(
        WARNING,
        "the {kind} [{section}] still trusts {address}, which {host} does not resolve to any more: whoever has that "
        "address now is let in",
        "{look_up}",
    ),
    "unresolvable": Cause(
        WARNING,
        "{host} {lack}, so nobody can tell whether {address}, which the {kind} [{section}] trusts, is still right; a "
        "reload or restart meanwhile may make the trunk deaf",
        "restore the name servers of this host, or correct the name, before Asterisk is reloaded",
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
        "asterisk -rx 'module load {module}'; if it fails: siptrunk lint /etc/asterisk/{file}",
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


# chan_pjsip says less of why a registration fails, and goes on trying.
_ITS_LOG = "its answer is in Asterisk's log: grep 'registration attempt to' /var/log/asterisk/messages*"
OWN: Dict[Tuple[str, str], Cause] = {
    ("pjsip", "expired"): Cause(
        CRITICAL,
        "shown as registered, but the registration of {account} at {registrar} has expired: its refresh has no answer",
        "look again in some seconds: chan_pjsip waits for an answer for 32 s, and tries again",
    ),
    ("pjsip", "rejected"): Cause(
        CRITICAL,
        "rejected: {registrar} does not register {account}: {why}{retry}",
        f"{_ITS_LOG}; correct user, domain, auth_user or secret, or ask the provider, then: {{again}}",
    ),
    ("pjsip", "wrong_password"): Cause(
        CRITICAL,
        "wrong password: {registrar} does not accept the credentials of {account} ({code}){retry}",
        CAUSES["wrong_password"].next_step,
    ),
    ("pjsip", "forbidden"): Cause(
        CRITICAL,
        "forbidden: {registrar} answers {code} to {account}: the account is barred, or the password is wrong{retry}",
        CAUSES["forbidden"].next_step,
    ),
    ("pjsip", "challenge"): CAUSES["challenge"]._replace(final=False),
    ("pjsip", "gave_up"): Cause(
        CRITICAL,
        "gave up: Asterisk has sent nothing to register {account} at {registrar} for {idle} s ({state})",
        f"{_ITS_LOG}; set max_retries, auth_rejection_permanent=no, forbidden_retry_interval and fatal_retry_interval "
        "in pjsip.conf, then: {again}",
        final=True,
    ),
    ("pjsip", "unavailable"): Cause(
        CRITICAL,
        "{registrar} is there ({but}), but does not register {account}{retry}",
        "ask the provider; Asterisk goes on trying",
    ),
    ("pjsip", "no_answer"): CAUSES["no_answer"]._replace(
        next_step="check host, port and transport, and the firewalls in between; names must be in DNS: chan_pjsip does "
        "not look into /etc/hosts to register"
    ),
    ("pjsip", "deaf"): CAUSES["deaf"]._replace(
        next_step="{reload}, while {host} resolves; if it stays so: siptrunk lint /etc/asterisk/pjsip.conf"
    ),
    ("pjsip", "mute"): CAUSES["mute"]._replace(
        next_step="{reload}; if it stays so: siptrunk lint /etc/asterisk/pjsip.conf"
    ),
    ("pjsip", "driver_not_loaded"): CAUSES["driver_not_loaded"]._replace(
        next_step="let modules.conf load {module} and the res_pjsip modules, and restart Asterisk; if it fails: "
        "siptrunk lint /etc/asterisk/{file}"
    ),
    ("pjsip", "trust_moved"): CAUSES["trust_moved"]._replace(
        next_step="{reload}, now and whenever the provider moves: chan_pjsip looks names up only when it loads them"
    ),
}


class Evidence(NamedTuple):
    """What the log has of it.

    code: of the provider's answer; None when it gave none
    at: epoch seconds; None where the state alone tells of the answer
    server: who gave it
    reason: what is wrong with its certificate
    """

    code: Optional[int]
    at: Optional[int]
    server: str
    reason: Optional[str] = None

    def __str__(self) -> str:
        when = "" if self.at is None else f" at {local_time(self.at)}"
        return f"Asterisk's log: {self.code or self.reason} from {self.server}{when}"


@dataclass(frozen=True)
class Finding:
    """A cause with the facts of one trunk filled in.

    evidence: None when there is none; trunks with the same findings may have different ones
    """

    cause: str
    explanation: str
    next_step: str
    final: bool
    evidence: Optional[Evidence] = field(default=None, compare=False)

    @property
    def status(self) -> str:
        return CAUSES[self.cause].status


def finding(cause: str, **facts: object) -> Finding:
    """The cause in the words of a driver; *facts*: driver, name, and what else the templates ask for."""
    driver = str(facts["driver"])
    row = OWN.get((driver, cause), CAUSES[cause])
    template = row.explanation + row.next_step
    words = {key: word.format(**facts) for key, word in WORDS[driver].items() if f"{{{key}}}" in template}
    said = {**words, **facts}
    return Finding(cause, row.explanation.format(**said), row.next_step.format(**said), row.final)


def worst(statuses: list[str]) -> str:
    return max(statuses, key=BY_SEVERITY.index)
