# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``siptrunk trust`` says of an address is what a call from there sees; what it repairs is repaired.

A real dnsmasq publishes the provider, beside an Asterisk 16 with chan_sip, and a 16 and a 22 with chan_pjsip.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, Iterator, List, NamedTuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.bundle import build
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip, pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import FILENAME, to_json
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from containers import entrance

from .conftest import CONFIG as CHAN_SIP_CONFIG
from .conftest import REGISTRAR_IMAGE, container
from .rules.conftest import CHAN_SIP_BASE, modules, running, started_pjsip
from .rules.pbx import Pbx
from .test_pjsip import IMAGES

HOST, TTL = "example.com", 300
FIRST, SECOND, SIXTH = "203.0.113.10", "203.0.113.11", "2001:db8::10"
# What is outside of these names is nobody's here.
ZONE = f"no-resolv\nno-hosts\nlisten-address=127.0.0.1\nbind-interfaces\nuser=root\nlocal=/{HOST}/\nlocal-ttl={TTL}\n"
PBXES = ["chan_sip 16", *(f"pjsip {version}" for version in IMAGES)]
# Who is let in; all others are refused.
HEARD = ("trusted", "left over", "unknown")


class Names:
    """The name server of a PBX."""

    def __init__(self, container: str) -> None:
        self.container = container

    def publish(self, *records: str) -> None:
        """Have these records, as dnsmasq.conf says them, and no others."""
        self.die()
        text = ZONE + "".join(f"{record}\n" for record in records)
        self._run("sh", "-c", "cat > /tmp/zone", text=text)
        self._run("dnsmasq", "--conf-file=/tmp/zone", "--pid-file=/tmp/pid")

    def die(self) -> None:
        script = "[ -e /tmp/pid ] || exit 0; kill $(cat /tmp/pid); while [ -e /tmp/pid ]; do sleep 0.05; done"
        self._run("sh", "-c", script)

    def _run(self, *command: str, text: str = "") -> None:
        full = [*entrance(self.container), *command]
        subprocess.run(full, input=text.encode(), capture_output=True, check=True)


class Told(NamedTuple):
    """report: the JSON of a command; stderr: what it said beside it"""

    code: int
    report: Dict[str, Any]
    stderr: str

    @property
    def causes(self) -> List[str]:
        return [one["cause"] for one in self.report["trunks"][0]["findings"]]

    @property
    def states(self) -> Dict[str, str]:
        """By address."""
        return {one["address"]: one["state"] for one in self.report["trunks"][0]["addresses"]}


class Scene(NamedTuple):
    pbx: Pbx
    names: Names
    driver: ModuleType

    def load(self) -> None:
        """Let Asterisk load a trunk of that provider, whatever DNS says now."""
        declared = {
            "name": "provider",
            "provider": {"host": HOST},
            "inbound": {"context": "from-provider"},
            "nat": {"keepalive": 0},
        }
        trunks = load_trunks([declared], driver=self.driver.NAME)
        self.pbx.load({self.pbx.main: str(self.driver.render(trunks))})
        self.pbx.asterisk.write(FILENAME, to_json([self.driver.expectation(trunk) for trunk in trunks]))

    def ask(self, *arguments: str) -> Told:
        command = [*entrance(self.pbx.asterisk.container), "python3", "/etc/asterisk/siptrunk"]
        done = subprocess.run(
            [*command, *arguments, "--format", "json"], capture_output=True, check=False, text=True
        )
        assert done.stdout, done.stderr
        return Told(done.returncode, json.loads(done.stdout), done.stderr)

    def trust(self, *arguments: str) -> Told:
        """What the command says, which must be what a caller at each of the addresses sees."""
        told = self.ask("trust", *arguments)
        for address, state in told.states.items():
            if address and ":" not in address:
                let_in = self.pbx.call(source=address) == 200
                assert let_in == (state in HEARD), f"{address} is {state}, and let in: {let_in}"
        return told


@pytest.fixture(scope="module", params=PBXES)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    name, version = request.param.split()
    directory = tmp_path_factory.mktemp("trust")
    with started(name, version, directory) as pbx:
        pbx.asterisk.run("sh", "-c", "echo nameserver 127.0.0.1 > /etc/resolv.conf")
        (directory / "siptrunk").write_bytes(build())
        options = ["--network", f"container:{pbx.asterisk.container}"]
        with container(REGISTRAR_IMAGE, options, "sleep", "infinity") as beside:
            yield Scene(pbx, Names(beside), {"chan_sip": chan_sip, "pjsip": pjsip}[name])


def started(name: str, version: str, directory: Path) -> Any:
    return started_pjsip(version, directory) if name == "pjsip" else started_chan_sip(directory)


@contextlib.contextmanager
def started_chan_sip(directory: Path) -> Iterator[Pbx]:
    files = {**CHAN_SIP_CONFIG, "modules.conf": modules("chan_sip"), "sip.conf": ""}
    with running(IMAGES["16"], directory, files) as asterisk:
        yield Pbx(asterisk, "sip.conf", CHAN_SIP_BASE, ("127.0.0.1", 5060), "16")


def a(*addresses: str, name: str = HOST) -> str:
    # One line has one address of each family at most.
    return "\n".join(f"host-record={name},{address}" for address in addresses)


def srv(service: str, target: str, priority: int) -> str:
    return f"srv-host={service},{target},5060,{priority}"


def test_the_address_that_is_published_is_trusted(scene: Scene) -> None:
    scene.names.publish(a(FIRST))
    scene.load()
    told = scene.trust()
    assert (told.code, told.states) == (0, {FIRST: "trusted"})
    (row,) = told.report["trunks"][0]["addresses"]
    assert row["published"] == [{"name": HOST, "type": "A", "ttl": TTL}]


def test_the_provider_moves_and_a_reload_follows(scene: Scene) -> None:
    scene.names.publish(a(FIRST))
    scene.load()
    scene.names.publish(a(SECOND))
    told = scene.trust()
    assert (told.code, told.states) == (2, {SECOND: "missing", FIRST: "left over"})
    assert told.causes[0] == "trust_moved"
    assert told.report["trunks"][0]["moved"]
    # verify says the same of it.
    assert scene.ask("verify", "--wait", "0").causes == told.causes
    healed = scene.trust("--reload")
    assert (healed.code, healed.states) == (0, {SECOND: "trusted"})
    assert healed.report["reloaded"] == [scene.driver.RELOAD]


def test_dns_that_was_dead_when_asterisk_looked_leaves_the_trunk_deaf(scene: Scene) -> None:
    # What Asterisk knew before, it would keep.
    scene.names.publish()
    scene.pbx.load({})
    scene.names.die()
    scene.load()
    told = scene.trust("--reload")
    assert (told.code, told.causes[0], told.states) == (2, "deaf", {None: "unresolved"})
    # A reload would not help now.
    assert not told.report["reloaded"] and HOST in told.stderr
    scene.names.publish(a(FIRST))
    told = scene.trust()
    assert (told.code, told.causes[0]) == (2, "deaf")
    assert told.states == {None: "unresolved", FIRST: "missing"}
    healed = scene.trust("--reload")
    assert (healed.code, healed.states) == (0, {FIRST: "trusted"})


def test_dns_that_dies_later_takes_nothing_away_as_long_as_nobody_reloads(scene: Scene) -> None:
    scene.names.publish(a(FIRST))
    scene.load()
    scene.names.die()
    told = scene.trust("--reload")
    assert (told.code, told.causes, told.states) == (1, ["unresolvable"], {FIRST: "unknown"})
    assert "cannot be looked up" in told.report["trunks"][0]["findings"][0]["explanation"]
    assert not told.report["reloaded"]


def test_a_name_that_is_gone_is_not_a_name_server_that_is_dead(scene: Scene) -> None:
    scene.names.publish(a(FIRST))
    scene.load()
    scene.names.publish()
    told = scene.trust()
    assert (told.code, told.causes) == (1, ["unresolvable"])
    assert "does not resolve now" in told.report["trunks"][0]["findings"][0]["explanation"]


def test_two_targets_of_a_service(scene: Scene) -> None:
    scene.names.publish(
        srv(f"_sip._udp.{HOST}", f"gw1.{HOST}", 10),
        srv(f"_sip._udp.{HOST}", f"gw2.{HOST}", 20),
        a(FIRST, name=f"gw1.{HOST}"),
        a(SECOND, name=f"gw2.{HOST}"),
        a("203.0.113.80"),
    )
    scene.load()
    told = scene.trust()
    if scene.driver is pjsip:
        assert (told.code, told.causes) == (0, [])
        assert told.states == {FIRST: "trusted", SECOND: "trusted", "203.0.113.80": "ignored"}
    else:
        # It takes one.
        assert (told.code, told.causes) == (1, ["trust_partial"])
        assert told.states == {FIRST: "trusted", SECOND: "missing", "203.0.113.80": "ignored"}
    first = told.report["trunks"][0]["addresses"][0]["published"]
    assert first == [{"name": f"_sip._udp.{HOST}", "type": "SRV A", "ttl": TTL}]


def test_both_families(scene: Scene) -> None:
    scene.names.publish(a(FIRST, SIXTH))
    scene.load()
    told = scene.trust()
    assert (told.code, told.causes) == (0, [])
    # chan_sip listens on IPv4 here.
    of_sixth = "trusted" if scene.driver is pjsip else "ignored"
    assert told.states == {FIRST: "trusted", SIXTH: of_sixth}


def test_an_address_that_is_published_no_more(scene: Scene) -> None:
    scene.names.publish(a(FIRST, SECOND))
    scene.load()
    told = scene.trust()
    # Each section of chan_sip takes one, and nobody knows which: dnsmasq turns the order round.
    (kept, *others) = [address for address, state in told.states.items() if state == "trusted"]
    partial = "missing" in told.states.values()
    assert (told.code, told.causes) == ((1, ["trust_partial"]) if partial else (0, []))
    assert scene.driver is chan_sip or not partial
    scene.names.publish(a(kept))
    told = scene.trust()
    if not partial:
        assert (told.code, told.causes) == (1, ["trust_left_over"])
        assert told.states == {kept: "trusted", others[0]: "left over"}
        told = scene.trust("--reload")
    assert (told.code, told.states) == (0, {kept: "trusted"})


def test_naptr_leads_where_asterisk_does_not_look(scene: Scene) -> None:
    scene.names.publish(
        a(FIRST),
        f"naptr-record={HOST},10,10,s,SIP+D2U,,_sip._udp.gw.{HOST}",
        srv(f"_sip._udp.gw.{HOST}", f"gw2.{HOST}", 10),
        a(SECOND, name=f"gw2.{HOST}"),
    )
    scene.load()
    told = scene.trust()
    assert (told.code, told.causes) == (0, [])
    assert told.states == {SECOND: "ignored", FIRST: "trusted"}
