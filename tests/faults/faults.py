# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults, and what ``siptrunk verify`` must say of each: what a telephony engineer would, and could see, too.

Each has a trunk of its own, at a provider of its own, unless it is one of the whole PBX.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Union

from .lab import DOMAIN, SECRET, Account, Look, Pbx, Provider, elsewhere

# When a fault comes: before Asterisk starts; as a question, one after the other, while all is as it was; once the trunk
# is registered; to the whole PBX, one after the other; to another PBX beside it, one after the other.
START, ASKED, LATER, HOST, ASIDE = "start", "asked", "later", "host", "aside"
COLUMNS = ("chan_sip 16", "pjsip 16", "pjsip 22")
# As short as a trunk can have it.
BRIEF = 20
CONTROL = "control"
DEAD_NAMES = "ip daddr 127.0.0.2 meta l4proto { tcp, udp } th dport 53 drop"


class Scene:
    """Where a fault is seeded. since: epoch seconds, for the question how new a registration is"""

    def __init__(self, provider: Provider, pbx: Pbx, accounts: Mapping[str, Account]) -> None:
        self.provider, self.pbx, self.accounts = provider, pbx, accounts
        self.since = 0.0

    def address(self, name: str) -> str:
        return self.provider.addresses[self.accounts[name].host]

    def user(self, name: str) -> str:
        return self.accounts[name].user


@dataclass(frozen=True)
class Verdict:
    """status, cause: of the trunk; evidence: the code of the provider's answer that must be told, if any"""

    status: str
    cause: str
    evidence: Optional[int] = None

    def __str__(self) -> str:
        said = f"{self.status}: {self.cause}"
        return f"{said} ({self.evidence})" if self.evidence else said


OK = Verdict("ok", "registered")
# Why a fault cannot be, with one driver.
Inapplicable = str
Act = Callable[[Scene, str], object]


def nothing(scene: Scene, name: str) -> None:
    pass


def verified(scene: Scene, name: str) -> Look:
    return scene.pbx.verify()


def told(look: Look, name: str) -> Verdict:
    """What it says of a trunk; "none" when it says nothing."""
    trunk = look.trunk(name)
    if not trunk:
        return Verdict("none", look.said.strip()[-200:])
    evidence = trunk["findings"][0].get("evidence") or {}
    return Verdict(trunk["status"], trunk["cause"], evidence.get("code"))


def strangers(look: Look, name: str) -> Verdict:
    found = [one for one in look.report.get("unexpected", ()) if one["account"].startswith("nobody@")]
    return Verdict(told(look, name).status, "unexpected" if found else "nothing unexpected")


@dataclass(frozen=True)
class Fault:
    """A row of the matrix.

    done: what is done, in words
    expected: by column, or by driver
    account: of the provider: its secret, fault, and whether DNS knows it
    declared: of the trunk, besides its account
    seed, undo: given the scene and the trunk's name
    look: how the verifier is asked
    reads: what is read of its answer
    trunk: whose verdict is meant, where it is not that of the fault's own trunk
    within: seconds that it may take until the verdict is there
    """

    name: str
    done: str
    expected: Mapping[str, Union[Verdict, Inapplicable]]
    stage: str = START
    account: Mapping[str, Any] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)
    seed: Act = nothing
    undo: Act = nothing
    look: Callable[[Scene, str], Look] = verified
    reads: Callable[[Look, str], Verdict] = told
    trunk: Optional[str] = None
    within: float = 60

    @property
    def subject(self) -> str:
        """The name of the trunk that it is about."""
        return self.trunk or self.name

    def expects(self, column: str) -> Union[Verdict, Inapplicable]:
        return self.expected[column] if column in self.expected else self.expected[column.split()[0]]


def both(verdict: Verdict) -> Dict[str, Union[Verdict, Inapplicable]]:
    return {"chan_sip": verdict, "pjsip": verdict}


def critical(cause: str, evidence: Optional[int] = None) -> Verdict:
    return Verdict("critical", cause, evidence)


# What is done


def silenced(scene: Scene, name: str) -> None:
    scene.provider.filter(f"ip daddr {scene.address(name)} drop")


def unheard(scene: Scene, name: str) -> None:
    """The way in is shut, as when a router has forgotten who is behind it."""
    scene.provider.filter(f"ip saddr {scene.address(name)} drop")


def lossy(scene: Scene, name: str) -> None:
    for way in ("daddr", "saddr"):
        scene.provider.filter(f"ip {way} {scene.address(name)} numgen random mod 100 < 20 drop")


def moved(scene: Scene, name: str) -> None:
    scene.provider.name_is(scene.accounts[name].host, elsewhere(scene.address(name)))
    silenced(scene, name)


def forgotten(scene: Scene, name: str) -> None:
    scene.provider.forgets(scene.user(name))


def other_secret(scene: Scene, name: str) -> None:
    scene.provider.knows(scene.user(name), "another-secret")


def answers(fault: str) -> Act:
    return lambda scene, name: scene.provider.answers(scene.user(name), fault)


def removed(scene: Scene, name: str) -> None:
    """The lines of the registration, out of the file."""
    if scene.pbx.driver == "pjsip":
        scene.pbx.edit(rf"^\[{name}\]\ntype = registration\n(.+\n)+", "")
    else:
        scene.pbx.edit(rf"^register => {scene.user(name)}:.*\n", "")


def by_hand(scene: Scene, user: str, host: str, section: str) -> None:
    """A registration that the trunks' own files do not have."""
    if scene.pbx.driver == "pjsip":
        scene.pbx.append(
            f"\n[{section}]\ntype=registration\nserver_uri=sip:{host}\\;transport=udp\nclient_uri=sip:{user}@{host}\n"
            f"outbound_auth={section}\ncontact_user={section}\n\n"
            f"[{section}]\ntype=auth\nauth_type=userpass\nusername={user}\npassword={SECRET}\n"
        )
    else:
        scene.pbx.append(f"\n[general](+)\nregister => {user}:{SECRET}@{host}/{section}\n")


def tidied(scene: Scene, name: str) -> None:
    scene.pbx.tidy()


def twice(scene: Scene, name: str) -> None:
    by_hand(scene, scene.user(name), scene.accounts[name].host, "twin")


def stray(scene: Scene, name: str) -> None:
    by_hand(scene, "nobody", scene.accounts[name].host, "stray")


def new_secret_in_file(scene: Scene, name: str) -> None:
    """As a deployment that stops before the reload."""
    # The time of a file, and of a registration, are told in seconds.
    time.sleep(1.1)
    scene.pbx.write(deployed_with(scene, name, "changed"))


def from_now_on(scene: Scene, name: str) -> None:
    scene.since = time.time()


def new_secret_deployed(scene: Scene, name: str) -> None:
    scene.since = time.time()
    scene.pbx.deploy(deployed_with(scene, name, "changed"))


def reload_old(scene: Scene, name: str) -> None:
    scene.pbx.deploy(deployed_with(scene, name, SECRET))


def deployed_with(scene: Scene, name: str, secret: str) -> Any:
    """All trunks, with another secret for one."""
    trunks = [dict(account.declared) for account in scene.accounts.values()]
    for trunk in trunks:
        if trunk["name"] == name:
            trunk["registration"] = {**trunk["registration"], "secret": secret}
    return trunks


def unloaded(scene: Scene, name: str) -> None:
    scene.pbx.cli(f"module unload chan_{scene.pbx.driver.replace('chan_', '')}.so")


def hung(scene: Scene, name: str) -> None:
    scene.pbx.signal("STOP")


def goes_on(scene: Scene, name: str) -> None:
    scene.pbx.signal("CONT")


def killed(scene: Scene, name: str) -> None:
    scene.pbx.signal("KILL")


def started_without_names(scene: Scene, name: str) -> None:
    scene.provider.filter(DEAD_NAMES)
    scene.pbx.start(wait=False)


def names_again(scene: Scene, name: str) -> None:
    scene.provider.unfilter()


def reloaded(scene: Scene, name: str) -> None:
    scene.pbx.reload()


def clock_set(offset: str) -> Act:
    return lambda scene, name: scene.pbx.set_clock(offset)


# How it is asked


def asked_since(scene: Scene, name: str) -> Look:
    return scene.pbx.verify("--since", f"{scene.since:.0f}", "--new", name, "--wait", "0")


def asked_at_once(scene: Scene, name: str) -> Look:
    return scene.pbx.verify("--wait", "0")


def asked_over_cli(scene: Scene, name: str) -> Look:
    scene.pbx.shell("rm -rf /tmp/cli && cp -a /etc/asterisk /tmp/cli && rm /tmp/cli/manager_trunks.conf")
    return scene.pbx.verify("--config-dir", "/tmp/cli", "--wait", "0")


def registered_anew(scene: Scene, name: str) -> Look:
    command = f"pjsip send register {name}"
    since = int(time.time())
    return scene.pbx.verify(f"--after '{command}' --new {name} --since {since} --wait 40")


def asked_by_nobody(scene: Scene, name: str) -> Look:
    scene.pbx.shell("cp /etc/asterisk/sip_trunks.json /tmp/expected.json && chmod 644 /tmp/expected.json")
    return scene.pbx.verify("--expect", "/tmp/expected.json", "--wait", "0", user="nobody")


LONG = "43210000-a-user-name-that-is-longer-than-every-column-"
FAULTS: Tuple[Fault, ...] = (
    Fault(CONTROL, "nothing: the healthy trunk", both(OK)),
    Fault(
        "wrong-password",
        "the PBX has another secret than the provider",
        both(critical("wrong_password", 401)),
        declared={"registration": {"secret": "wrong"}},
    ),
    Fault(
        "wrong-user",
        "the provider has no such account (404)",
        both(critical("rejected", 404)),
        account={"secret": None},
    ),
    Fault(
        "disabled", "the account is barred (403)", both(critical("forbidden", 403)), account={"fault": "403"}
    ),
    Fault(
        "down-before",
        "the provider is silent when Asterisk starts",
        both(critical("no_answer")),
        seed=silenced,
    ),
    Fault("slow", "the registrar answers after 1.7 s", both(OK), account={"fault": "slow"}),
    Fault("lossy", "every fifth packet is lost, each way", both(OK), seed=lossy, within=75),
    Fault("too-brief", "423: the expiry must be longer", both(OK), account={"fault": "brief"}),
    Fault(
        "busy",
        "503 with Retry-After",
        {"chan_sip": critical("unavailable"), "pjsip": critical("unavailable", 503)},
        account={"fault": "busy"},
    ),
    Fault(
        "redirected",
        "302 to another registrar, which Asterisk does not follow",
        # chan_sip logs nothing, and goes on as if nothing had come.
        {"chan_sip": critical("unavailable"), "pjsip": critical("rejected", 302)},
        account={"fault": "302"},
    ),
    Fault(
        "failing",
        "500: an error of its own",
        {"chan_sip": critical("unavailable"), "pjsip": critical("unavailable", 500)},
        account={"fault": "500"},
    ),
    Fault(
        "declined",
        "603: it does not want this account",
        {"chan_sip": critical("unavailable"), "pjsip": critical("unavailable", 603)},
        account={"fault": "603"},
    ),
    Fault(
        "gone",
        "410: the account was there",
        {"chan_sip": critical("unavailable"), "pjsip": critical("rejected", 410)},
        account={"fault": "410"},
    ),
    Fault("proxy-challenge", "407 in the place of 401", both(OK), account={"fault": "proxy"}),
    Fault(
        "sha256",
        "the only challenge is one for SHA-256",
        both(critical("challenge", 401)),
        account={"fault": "sha256"},
    ),
    Fault("twin-good", "two accounts at one provider: the good one", both(OK), declared={"host": "twins"}),
    Fault(
        "twin-dead",
        "two accounts at one provider: the barred one",
        both(critical("forbidden", 403)),
        account={"fault": "403"},
        # One trunk alone can have the provider's calls.
        declared={"host": "twins", "inbound": {"trust": []}},
    ),
    Fault(
        "long-good",
        "a user name longer than every column: the good one of two",
        both(OK),
        declared={"host": "long", "registration": {"user": f"{LONG}a"}},
    ),
    Fault(
        "long-wrong",
        "a user name longer than every column: the one with the wrong password",
        both(critical("wrong_password", 401)),
        declared={
            "host": "long",
            "inbound": {"trust": []},
            "registration": {"user": f"{LONG}b", "secret": "wrong"},
        },
    ),
    Fault(
        "tls-good", "over TLS, with a certificate that is in order", both(OK), declared={"transport": "tls"}
    ),
    Fault(
        "tls-expired",
        "over TLS, with an expired certificate",
        both(critical("certificate")),
        declared={"transport": "tls"},
    ),
    Fault(
        "tls-wrong-name",
        "over TLS, with a certificate for another name",
        both(critical("certificate")),
        declared={"transport": "tls"},
    ),
    Fault(
        "tls-unknown-ca",
        "over TLS, with a certificate that nobody signed whom the PBX trusts",
        both(critical("certificate")),
        declared={"transport": "tls"},
    ),
    Fault("no-name", "DNS has no such name", both(critical("unknown_host")), account={"known": False}),
    Fault(
        "no-transport",
        "the trunk wants TCP, and no transport is there for it",
        {
            "chan_sip": "it connects without a transport of its own, and registers",
            "pjsip": critical("no_transport"),
        },
        declared={"transport": "tcp"},
    ),
    Fault("missing", "the registration is not in the file", both(critical("missing")), seed=removed),
    Fault(
        "twice",
        "the account is registered by hand, too",
        both(Verdict("warning", "duplicate")),
        seed=twice,
        # Two registrations for one account, and the next deployment would be refused.
        undo=tidied,
    ),
    Fault(
        "stray",
        "a registration that no trunk has",
        both(Verdict("ok", "unexpected")),
        seed=stray,
        trunk=CONTROL,
        reads=strangers,
    ),
    Fault(
        "removed-at-provider",
        "the provider loses the binding; until the refresh, nobody can know",
        both(OK),
        stage=ASKED,
        seed=forgotten,
        look=asked_at_once,
    ),
    Fault(
        "removed-since",
        "the same, asked for a registration that is newer",
        {"chan_sip": critical("not_fresh"), "pjsip": Verdict("unknown", "unproven")},
        stage=ASKED,
        seed=forgotten,
        look=asked_since,
    ),
    Fault(
        "long-over-cli",
        "a user name longer than every column, asked without a manager interface",
        {"chan_sip": Verdict("unknown", "ambiguous"), "pjsip": OK},
        stage=ASKED,
        look=asked_over_cli,
        trunk="long-good",
    ),
    Fault(
        "not-allowed",
        "asked by a user who may not",
        both(Verdict("unknown", "permission_denied")),
        stage=ASKED,
        look=asked_by_nobody,
        trunk=CONTROL,
    ),
    Fault(
        "slow-anew",
        "the registrar answers after 1.7 s, and the trunk is told to register anew",
        {"chan_sip": "it registers anew at each reload", "pjsip": OK},
        stage=ASKED,
        account={"fault": "slow"},
        look=registered_anew,
        within=0,
    ),
    Fault(
        "down-after",
        "the provider falls silent once all is registered",
        both(critical("no_answer")),
        stage=LATER,
        seed=silenced,
        declared={"registration": {"expiry": BRIEF}},
        within=75,
    ),
    Fault(
        "barred-later",
        "the account is barred once it is registered: 403 at the refresh",
        both(critical("forbidden", 403)),
        stage=LATER,
        seed=answers("403"),
        declared={"registration": {"expiry": BRIEF}},
    ),
    Fault(
        "failing-later",
        "503 at the refresh",
        {"chan_sip": critical("unavailable"), "pjsip": critical("unavailable", 503)},
        stage=LATER,
        seed=answers("503"),
        declared={"registration": {"expiry": BRIEF}},
        within=45,
    ),
    Fault(
        "new-secret-at-provider",
        "the provider has a new secret, the PBX the old one",
        both(critical("wrong_password", 401)),
        stage=LATER,
        seed=other_secret,
        declared={"registration": {"expiry": BRIEF}},
    ),
    Fault(
        "moved",
        "DNS says another address, and the old one is dead",
        both(critical("trust_moved")),
        stage=LATER,
        seed=moved,
        declared={"registration": {"expiry": BRIEF}},
        within=60,
    ),
    Fault(
        "nat-lost",
        "nothing comes in any more; the registration is still in force",
        both(critical("unreachable")),
        stage=LATER,
        seed=unheard,
        within=45,
    ),
    Fault(
        "new-secret-in-file",
        "the file has a new secret, and Asterisk was not told",
        both(Verdict("warning", "changed_since")),
        stage=HOST,
        seed=new_secret_in_file,
    ),
    Fault(
        "new-secret-in-file-since",
        "the same, asked for a registration that is newer",
        {"chan_sip": critical("not_fresh"), "pjsip": Verdict("unknown", "unproven")},
        stage=HOST,
        seed=from_now_on,
        look=asked_since,
        trunk="new-secret-in-file",
    ),
    Fault(
        "new-secret-deployed",
        "a new secret that is wrong, loaded as a deployment does it",
        both(critical("wrong_password", 401)),
        stage=HOST,
        seed=new_secret_deployed,
        undo=reload_old,
    ),
    Fault(
        "hung",
        "Asterisk is stopped (SIGSTOP)",
        both(Verdict("unknown", "not_answering")),
        stage=HOST,
        seed=hung,
        undo=goes_on,
        look=asked_at_once,
        trunk=CONTROL,
    ),
    Fault(
        "unloaded",
        "the channel driver is unloaded",
        both(critical("driver_not_loaded")),
        stage=HOST,
        seed=unloaded,
        look=asked_at_once,
        trunk=CONTROL,
    ),
    Fault(
        "killed",
        "Asterisk is killed (SIGKILL)",
        both(critical("not_running")),
        stage=HOST,
        seed=killed,
        look=asked_at_once,
        trunk=CONTROL,
    ),
    Fault(
        "names-dead",
        "DNS is dead when Asterisk starts",
        both(critical("unknown_host")),
        stage=ASIDE,
        seed=started_without_names,
        trunk="deaf",
        within=90,
    ),
    Fault(
        "deaf",
        "DNS is back: registered, but deaf",
        both(critical("deaf")),
        stage=ASIDE,
        seed=names_again,
        declared={"registration": {"retry_interval": 10}},
        within=90,
    ),
    Fault("healed", "the same after a reload", both(OK), stage=ASIDE, seed=reloaded, trunk="deaf"),
    Fault(
        "clock-ahead",
        "the clock is set two hours ahead",
        # chan_sip registers anew at once.
        {"chan_sip": OK, "pjsip": critical("expired")},
        stage=ASIDE,
        seed=clock_set("+7200"),
        undo=clock_set("+0"),
        look=asked_at_once,
        trunk="deaf",
    ),
    Fault(
        "clock-back",
        "the clock is set two hours back",
        both(Verdict("unknown", "clock")),
        stage=ASIDE,
        seed=clock_set("-7200"),
        undo=clock_set("+0"),
        look=asked_at_once,
        trunk="deaf",
    ),
)


def accounts_of(stages: Tuple[str, ...]) -> Dict[str, Account]:
    """By the name of the trunk, those of the faults that have one of their own."""
    made: Dict[str, Account] = {}
    for number, fault in enumerate(FAULTS):
        if fault.stage in stages and fault.trunk is None:
            more = dict(fault.declared)
            account = {"user": f"4321{number:04}", "secret": SECRET, "expiry": 600}
            provider = {
                "host": f"{more.pop('host', fault.name)}.{DOMAIN}",
                "transport": more.pop("transport", "udp"),
            }
            declared = {
                "name": fault.name,
                "provider": provider,
                "registration": {**account, **more.pop("registration", {})},
                "nat": {"keepalive": 10},
                **more,
            }
            made[fault.name] = Account(declared, **fault.account)
    return made
