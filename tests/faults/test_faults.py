# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No fault of the table is called healthy, and no healthy trunk faulty: the verdicts on the PBX, fault by fault.

The table goes to FAULTS_TABLE (a file without its ending; default: none), as Markdown and JSON, also when some fail.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Tuple

import pytest

from .faults import CRITICAL, FAULTS, OK, UNKNOWN, Fault, Verdict
from .lab import DOMAIN, Lab, started, started_pbx
from .tls_relay import KINDS

PBXES = [("chan_sip", "16"), ("pjsip", "16"), ("pjsip", "22")]
TLS = dict(zip((name for name, fault in FAULTS.items() if fault.tls), KINDS))
# A registration of 60 s is refreshed after 45 or 50, and 32 s later chan_pjsip gives the attempt up.
LATER = 90.0
SETTLED = 40.0


class Cell(NamedTuple):
    fault: str
    driver: str
    version: str
    expected: str
    seen: str
    right: bool


Said = Tuple[str, Tuple[str, ...]]


class Scene(NamedTuple):
    """said: of each fault's trunk, and of each of the PBX's own faults: the status, and the causes

    evidence: of each fault's trunk
    """

    lab: Lab
    said: Mapping[str, Said]
    evidence: Mapping[str, str]


Scenes = Mapping[Tuple[str, str], Future[Scene]]


TLS_HOSTS = {
    "certificate good": "tlsgood",
    "certificate expired": "tlsexpired",
    "certificate of another name": "tlswrongname",
    "certificate of an unknown authority": "tlsunknownca",
}


def trunk_of(fault: str) -> str:
    return f"t{list(FAULTS).index(fault)}"


def host_of(fault: str) -> str:
    """Its first label."""
    if fault.startswith("DNS dead"):
        return "dead"
    return TLS_HOSTS.get(fault) or f"h{list(FAULTS).index(FAULTS[fault].shares or fault)}"


def addresses(fault: str) -> List[str]:
    """Those that its provider has, or will have."""
    if fault in TLS:
        return [TLS[fault]]
    number = list(FAULTS).index(FAULTS[fault].shares or fault)
    return [f"198.51.100.{10 + number}", f"198.51.100.{110 + number}"]


def declared(fault: str, driver: str, secret: str = "right") -> Dict[str, Any]:
    what, trunk = FAULTS[fault], trunk_of(fault)
    at_once = {"options": {"registration": {"max_random_initial_delay": 0}}} if driver == "pjsip" else {}
    return {
        "name": trunk,
        "provider": {"host": f"{host_of(fault)}.{DOMAIN}", "transport": "tls" if what.tls else "udp"},
        "registration": {"user": f"u-{trunk}", "secret": secret, "contact": "100", **what.account},
        # Of two trunks of one host, one takes the calls.
        **({"inbound": {"trust": []}} if what.shares else {}),
        "nat": {"keepalive": 10},
        **at_once,
    }


def applies(fault: Fault, driver: str) -> bool:
    return isinstance(fault.expected, Verdict) or driver in fault.expected


def expected(fault: Fault, driver: str) -> Verdict:
    return fault.expected if isinstance(fault.expected, Verdict) else fault.expected[driver]


CLOCK = "the clock went an hour ahead"
# Of the PBX itself, and of all its trunks: what is said of the healthy one.
OF_PBX: Dict[str, Verdict] = {
    "registered, but not since the moment that was asked for": Verdict("not ok", ("not_fresh", "unproven")),
    "removed at the provider behind Asterisk's back": Verdict("not ok", ("not_fresh", "unproven")),
    "a trunk that was never loaded": Verdict(CRITICAL, ("missing",)),
    "a registration that nobody declared": Verdict(OK, ("registered",)),
    "an ordinary user asks": Verdict(UNKNOWN),
    "secret changed on the PBX, and not loaded": Verdict("not ok", ("not_fresh", "unproven")),
    "secret changed on the PBX, and loaded": Verdict(CRITICAL, ("wrong_password", "rejected")),
    "Asterisk hangs": Verdict(UNKNOWN, ("not_answering",)),
    "Asterisk was killed": Verdict(CRITICAL, ("not_running",)),
    "module not loaded": Verdict(CRITICAL, ("driver_not_loaded",)),
    CLOCK: Verdict(CRITICAL, ("expired",)),
}


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    """All of them at the same time, for they mostly wait."""
    with ThreadPoolExecutor() as pool:
        return {pbx: pool.submit(play, Lab(*pbx, tmp_path_factory.mktemp("-".join(pbx)))) for pbx in PBXES}


def play(lab: Lab) -> Scene:
    ours = {trunk_of(name): name for name, fault in FAULTS.items() if applies(fault, lab.driver)}
    trunks = [declared(name, lab.driver) for name in ours.values()]
    every = dict.fromkeys(address for name in ours.values() for address in addresses(name))
    said: Dict[str, Said] = {}
    with started(lab, list(every)):
        for name in ours.values():
            begin(lab, name)
        lab.configure(trunks, trunks)
        with started_pbx(lab):
            time.sleep(SETTLED)
            for name in ours.values():
                go_on(lab, name)
            time.sleep(LATER)
            answer = lab.verify("--wait", "10")
            said.update((ours[trunk["trunk"]], outcome(trunk)) for trunk in answer["trunks"])
            evidence = {ours[one["trunk"]]: one["findings"][0]["evidence"] or "" for one in answer["trunks"]}
            said.update(of_pbx(lab, trunks))
        with started_pbx(lab, modules=False):
            said["module not loaded"] = of_healthy(lab)
    return Scene(lab, said, evidence)


def begin(lab: Lab, name: str) -> None:
    """What is so from the start."""
    fault = FAULTS[name]
    if fault.secret is not None:
        lab.account(declared(name, lab.driver)["registration"]["user"], fault.secret)
    if fault.shares:
        return
    if fault.at_provider:
        lab.fault(addresses(name)[0], fault.at_provider)
    if fault.addresses:
        lab.publish(**{host_of(name): addresses(name)[: fault.addresses]})
    if fault.loss:
        lab.lose(addresses(name)[0], percent=20)


def go_on(lab: Lab, name: str) -> None:
    """What happens when all trunks are up."""
    fault = FAULTS[name]
    if fault.then_at_provider is not None:
        lab.fault(addresses(name)[0], fault.then_at_provider)
    if fault.then_secret:
        lab.account(declared(name, lab.driver)["registration"]["user"], fault.then_secret)
    if fault.then_addresses is not None:
        lab.publish(**{host_of(name): [addresses(name)[place] for place in fault.then_addresses]})
    if host_of(name) == "dead":
        lab.revive_names()


def of_pbx(lab: Lab, trunks: List[Dict[str, Any]]) -> Iterator[Tuple[str, Said]]:
    """The faults of the PBX itself, one after the other."""
    healthy, mistyped = (declared("healthy", lab.driver, secret) for secret in ("right", "mistyped"))
    now = ("--since", str(time.time()))
    yield "registered, but not since the moment that was asked for", of_healthy(lab, *now)
    lab.kamcmd("ul.flush")
    yield "removed at the provider behind Asterisk's back", of_healthy(lab, *now)
    if lab.driver == "chan_sip":
        yield CLOCK, of_healthy(lab, clock=3600.0)
    yield "an ordinary user asks", (lab.verify("--wait", "0", user="nobody")["status"], ())
    never = {**declared("wrong user", lab.driver), "name": "never"}
    never["registration"] = {**never["registration"], "user": "never"}
    lab.configure(trunks, [healthy, never])
    answer = lab.verify("--wait", "4")
    yield "a trunk that was never loaded", outcome(answer["trunks"][1])
    strangers = [one["account"] for one in answer["unexpected"] if one["account"].startswith("u-t1@")]
    assert strangers, "what nobody declared is not told of"
    yield "a registration that nobody declared", outcome(answer["trunks"][0])
    lab.configure([mistyped], [mistyped])
    yield "secret changed on the PBX, and not loaded", of_healthy(lab, "--since", str(time.time()))
    since = ("--since", str(int(time.time()) + 1))
    yield (
        "secret changed on the PBX, and loaded",
        of_healthy(lab, "--after", lab.module.RELOAD, *since, "--wait", "20"),
    )
    lab.configure([healthy], [healthy])
    lab.signal("STOP")
    yield "Asterisk hangs", of_healthy(lab)
    lab.signal("KILL")
    yield "Asterisk was killed", of_healthy(lab)


def of_healthy(lab: Lab, *arguments: str, **more: Any) -> Said:
    wait = () if "--wait" in arguments else ("--wait", "0")
    trunks = lab.verify(*arguments, *wait, **more)["trunks"]
    return next(outcome(trunk) for trunk in trunks if trunk["trunk"] == trunk_of("healthy"))


def outcome(trunk: Mapping[str, Any]) -> Said:
    return trunk["status"], tuple(one["cause"] for one in trunk["findings"])


@pytest.fixture(scope="session", autouse=True)
def table() -> Iterator[List[Cell]]:
    cells: List[Cell] = []
    yield cells
    file = os.environ.get("FAULTS_TABLE")
    if file:
        Path(f"{file}.json").write_text(json.dumps([cell._asdict() for cell in cells], indent=2) + "\n")
        Path(f"{file}.md").write_text(markdown(cells))


def markdown(cells: List[Cell]) -> str:
    wrong = sum(not cell.right for cell in cells)
    head = f"# Faults and verdicts\n\n{len(cells)} cells, {wrong} wrong.\n\n"
    rows = [("fault", "driver", "Asterisk", "must be", "was", ""), ("---",) * 6]
    rows += [(*cell[:5], "" if cell.right else "WRONG") for cell in cells]
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def check(scene: Scene, table: List[Cell], name: str, wanted: Verdict) -> None:
    status, causes = scene.said[name]
    good = status != OK if wanted.status == "not ok" else status == wanted.status
    right = good and (not wanted.causes or causes[0] in wanted.causes)
    shown = (" ".join([one.status, "/".join(one.causes)]) for one in (wanted, Verdict(status, causes)))
    cell = Cell(name, scene.lab.driver, scene.lab.version, *shown, right)
    table.append(cell)
    assert right, cell


OF_TRUNKS = [(pbx, name) for pbx in PBXES for name, fault in FAULTS.items() if applies(fault, pbx[0])]
# What chan_pjsip tells is relative to its own clock, which is the same one.
OF_PBXES = [(pbx, name) for pbx in PBXES for name in OF_PBX if pbx[0] == "chan_sip" or name != CLOCK]


@pytest.mark.parametrize(("pbx", "name"), OF_TRUNKS)
def test_a_fault_of_one_trunk(scenes: Scenes, table: List[Cell], pbx: Tuple[str, str], name: str) -> None:
    check(scenes[pbx].result(), table, name, expected(FAULTS[name], pbx[0]))


@pytest.mark.parametrize(("pbx", "name"), OF_PBXES)
def test_a_fault_of_the_pbx(scenes: Scenes, table: List[Cell], pbx: Tuple[str, str], name: str) -> None:
    check(scenes[pbx].result(), table, name, OF_PBX[name])


@pytest.mark.parametrize(("pbx", "name"), [one for one in OF_TRUNKS if one[0][0] in FAULTS[one[1]].evidence])
def test_the_last_answer_is_told(scenes: Scenes, pbx: Tuple[str, str], name: str) -> None:
    assert f"last answer: {FAULTS[name].evidence[pbx[0]]}" in scenes[pbx].result().evidence[name]


def test_there_are_enough() -> None:
    assert len(OF_TRUNKS) + len(OF_PBXES) >= 60
