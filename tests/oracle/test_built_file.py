# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built file on real PBXes, by their Python, 3.9 of Debian 11 and 3.14 of Debian testing, as root and as others."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, Iterator, NamedTuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import __version__, bundle, manager
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip, pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import FILENAME, to_json
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from containers import entrance

from .conftest import IMAGE, container, started_registrar, wait_until_booted

IMAGE_22 = os.environ.get("ORACLE_IMAGE_22", "localhost/telephony-lab-asterisk22")
NOBODY = "65534:65534"
SECRET = "secret-of-the-account"
# The registrar answers 200 to whoever is called so, and 403. The long name and user are cut by the CLI.
LONG = "a-long-name-of-a-provider-as-somebody-may-like-to-have"
ACCOUNTS = {"smartvox": "always-200-1", LONG: "always-200-2-with-a-long-number", "refused": "always-403"}
GENERAL = {
    chan_sip: "[general]\nudpbindaddr = 127.0.0.1:5080\n",
    pjsip: "[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:5080\n\n",
}
# AMI without and with TLS.
MANAGER = f"""\
[general]
enabled = yes
bindaddr = 127.0.0.1
tlsenable = yes
tlsbindaddr = 127.0.0.1:5039
tlscertfile = /etc/asterisk/manager.pem
#include {manager.FILENAME}
"""
# What no manifest knows of: a wizard for chan_pjsip, a callbackextension for chan_sip.
BY_HAND = {
    chan_sip: (
        "by-hand.conf",
        "[by-hand]\ntype=peer\nhost=127.0.0.1\ndefaultuser=always-200-3\nremotesecret=x\ncallbackextension=1\n",
    ),
    pjsip: (
        "pjsip_wizard.conf",
        "[by-hand]\ntype=wizard\nsends_auth=yes\nsends_registrations=yes\nremote_hosts=127.0.0.1\n"
        "outbound_auth/username=always-200-3\noutbound_auth/password=x\nendpoint/context=default\n",
    ),
}
PYTHONS = {IMAGE: "3.9", IMAGE_22: "3.14"}


class Subject(NamedTuple):
    image: str
    driver: ModuleType


class Pbx(NamedTuple):
    subject: Subject
    container: str
    config: Path

    def siptrunk(self, *arguments: str, user: str = "0:0") -> subprocess.CompletedProcess[str]:
        uid, _colon, gid = user.partition(":")
        become = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
        command = [*entrance(self.container), *become, "/etc/asterisk/siptrunk", *arguments]
        return subprocess.run(command, capture_output=True, check=False, text=True)

    def verify(self, *arguments: str, user: str = "0:0") -> Dict[str, Any]:
        done = self.siptrunk("verify", "--format", "json", *arguments, user=user)
        assert SECRET not in done.stdout + done.stderr
        answer: Dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == answer["exit_code"], done
        return answer

    def ami_secret(self) -> str:
        secret = manager.secret_of((self.config / manager.FILENAME).read_text())
        assert secret
        return secret


SUBJECTS = (Subject(IMAGE, chan_sip), Subject(IMAGE, pjsip), Subject(IMAGE_22, pjsip))


@pytest.fixture(
    scope="module",
    params=SUBJECTS,
    ids=lambda one: f"{one.image.rpartition('asterisk')[2]}-{one.driver.NAME}",
)
def pbx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    subject: Subject = request.param
    config = tmp_path_factory.mktemp("built")
    for name, text in files(subject.driver).items():
        (config / name).write_text(text)
        (config / name).chmod(0o644)
    (config / "siptrunk").write_bytes(bundle.build())
    certify(config)
    for path in (config, config / "siptrunk"):
        path.chmod(0o755)
    options = ["--network", "none", "--volume", f"{config}:/etc/asterisk"]
    with container(subject.image, options, "asterisk", "-f", "-n") as name:
        network = ["--network", f"container:{name}"]
        with started_registrar(tmp_path_factory.mktemp("registrar"), network):
            wait_until_booted(name)
            yield Pbx(subject, name, config)


def certify(config: Path) -> None:
    """manager.pem and manager.crt: Asterisk is localhost, and nobody else says so."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    command += " -addext subjectAltName=DNS:localhost -keyout manager.pem -out manager.crt"
    subprocess.run(command.split(), cwd=config, check=True, capture_output=True)
    with (config / "manager.pem").open("a") as both:
        both.write((config / "manager.crt").read_text())


def files(driver: ModuleType) -> Dict[str, str]:
    trunks = load_trunks([trunk(name, user) for name, user in ACCOUNTS.items()], driver=driver.NAME)
    other = chan_sip if driver is pjsip else pjsip
    name, by_hand = BY_HAND[driver]
    return {
        name: by_hand,
        "asterisk.conf": "[options]\n",
        "modules.conf": f"[modules]\nautoload = yes\nnoload = {other.MODULES[0]}.so\n",
        "logger.conf": "[logfiles]\nmessages = error\n",
        "manager.conf": MANAGER,
        manager.FILENAME: str(manager.render()),
        driver.MAIN: f"{GENERAL[driver]}{driver.render(trunks)}\n#tryinclude by-hand.conf\n",
        FILENAME: to_json([driver.expectation(one) for one in trunks]),
    }


def trunk(name: str, user: str) -> Dict[str, object]:
    return {
        "name": name,
        "provider": {"host": "127.0.0.1"},
        "registration": {"user": user, "secret": SECRET},
        "inbound": {"trust": ["127.0.0.1"] if name == "smartvox" else []},
    }


def statuses(answer: Dict[str, Any]) -> Dict[str, str]:
    return {one["trunk"]: one["status"] for one in answer["trunks"]}


GOOD = {"smartvox": "ok", LONG: "ok", "refused": "critical"}


def test_it_runs_there(pbx: Pbx) -> None:
    python = subprocess.run(
        [*entrance(pbx.container), "python3", "--version"], capture_output=True, check=True, text=True
    ).stdout
    assert python.startswith(f"Python {PYTHONS[pbx.subject.image]}.")
    assert pbx.siptrunk("--version").stdout == f"siptrunk {__version__}\n"
    told = pbx.siptrunk("verify", "--help")
    assert told.returncode == 0 and "--since" in told.stdout and not told.stderr


def test_neither_the_place_nor_the_environment_it_is_run_from_counts(pbx: Pbx) -> None:
    (pbx.config / "argparse.py").write_text("raise RuntimeError('not ours')\n")
    there = ("env", "--chdir=/etc/asterisk", "PYTHONPATH=/etc/asterisk")
    command = [*entrance(pbx.container), *there, "./siptrunk", "verify", "--help"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    (pbx.config / "argparse.py").unlink()
    assert done.returncode == 0, done.stderr


def test_root_sees_everything(pbx: Pbx) -> None:
    answer = pbx.verify("--wait", "30")
    assert (answer["source"], statuses(answer), answer["notes"]) == ("ami", GOOD, [])
    (smartvox, _long, refused) = answer["trunks"]
    assert (smartvox["state"], smartvox["trusted"]) == ("Registered", ["127.0.0.1"])
    # Only chan_sip tells a 403 by the state itself; chan_pjsip leaves the code to the log, which is not written here.
    assert refused["cause"] == ("forbidden" if pbx.subject.driver is chan_sip else "rejected")


def test_without_ami_the_cli_tells_the_same(pbx: Pbx) -> None:
    pbx.verify("--wait", "30")
    hidden = (pbx.config / manager.FILENAME).rename(pbx.config / "hidden")
    try:
        answer = pbx.verify("--wait", "0")
    finally:
        hidden.rename(pbx.config / manager.FILENAME)
    assert (answer["source"], statuses(answer)) == ("cli", GOOD)
    assert len(answer["notes"]) == 1


def test_without_manifest_the_configuration_says_what_is_expected(pbx: Pbx) -> None:
    pbx.verify("--wait", "30")
    assert [one["state"] for one in pbx.verify("--wait", "0")["unexpected"]] == ["Registered"]
    hidden = (pbx.config / FILENAME).rename(pbx.config / "hidden")
    try:
        answer = pbx.verify("--wait", "0")
    finally:
        hidden.rename(pbx.config / FILENAME)
    assert not answer["unexpected"] and sorted(statuses(answer).values()) == ["critical", "ok", "ok", "ok"]


def test_a_page_has_what_the_provider_of_a_failing_trunk_says(pbx: Pbx) -> None:
    pbx.verify("--wait", "30")
    page = ("verify", "--wait", "0", "--format", "html", "--ladder", "-o", "/etc/asterisk/page.html")
    began = time.monotonic()
    done = pbx.siptrunk(*page)
    assert time.monotonic() - began < 10
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")
    text = (pbx.config / "page.html").read_text()
    assert SECRET not in text and text.count("<svg") == 1
    # The registrar answers whatever it is asked by the user that is asked for; here, by none.
    assert re.search("refused: OPTIONS sip:127.0.0.1(:5060)?: [a-z]+: [3-6]\\d\\d ", text), text
    # Nothing but OPTIONS was sent, and all is as before.
    assert not re.search(">(REGISTER|INVITE) sip:", text)
    assert statuses(pbx.verify("--wait", "0")) == GOOD


def test_an_ordinary_user_sees_what_ami_shows(pbx: Pbx) -> None:
    """He may read the secret of its user, but not use the control socket."""
    pbx.verify("--wait", "30")
    answer = pbx.verify("--wait", "0", user=NOBODY)
    if pbx.subject.driver is chan_sip:
        assert statuses(answer) == GOOD
        return
    assert statuses(answer) == {"smartvox": "unknown", LONG: "unknown", "refused": "critical"}
    assert {one["state"] for one in answer["trunks"]} == {"Registered", "Rejected"}
    assert {one["cause"] for one in answer["trunks"][:2]} == {"permission_denied"}


def test_an_ordinary_user_who_may_use_the_control_socket_sees_everything(pbx: Pbx) -> None:
    pbx.verify("--wait", "30")
    subprocess.run([*entrance(pbx.container), "chmod", "666", "/run/asterisk/asterisk.ctl"], check=True)
    try:
        assert statuses(pbx.verify("--wait", "0", user=NOBODY)) == GOOD
        (pbx.config / manager.FILENAME).chmod(0o600)
        answer = pbx.verify("--wait", "0", user=NOBODY)
    finally:
        (pbx.config / manager.FILENAME).chmod(0o644)
        subprocess.run([*entrance(pbx.container), "chmod", "755", "/run/asterisk/asterisk.ctl"], check=True)
    assert (answer["source"], statuses(answer)) == ("cli", GOOD)


def test_an_ordinary_user_who_may_nothing_is_told_so(pbx: Pbx) -> None:
    (pbx.config / manager.FILENAME).chmod(0o600)
    try:
        answer = pbx.verify("--wait", "0", user=NOBODY)
    finally:
        (pbx.config / manager.FILENAME).chmod(0o644)
    assert (answer["status"], answer["exit_code"]) == ("unknown", 3)
    assert {one["cause"] for one in answer["trunks"]} == {"permission_denied"}


def test_another_manager_interface_by_its_address(pbx: Pbx) -> None:
    pbx.verify("--wait", "30")
    (pbx.config / "secret").write_text(pbx.ami_secret())
    access = ("--ami", "127.0.0.1", "--ami-user", manager.USER, "--ami-secret", "/etc/asterisk/secret")
    began = time.monotonic()
    answer = pbx.verify("--wait", "0", *access)
    assert time.monotonic() - began < 5
    assert answer["source"] == "ami" and {one["state"] for one in answer["trunks"]} >= {"Registered"}
    refused = pbx.verify("--wait", "0", *access[:3], "nobody", *access[4:])
    assert {one["cause"] for one in refused["trunks"]} == {"permission_denied"}


def test_over_tls_to_whom_the_certificate_is_for(pbx: Pbx) -> None:
    pbx.verify("--wait", "30")
    (pbx.config / "secret").write_text(pbx.ami_secret())
    user = ("--ami-user", manager.USER, "--ami-secret", "/etc/asterisk/secret", "--ami-tls", "--wait", "0")
    authority = ("--ami-ca", "/etc/asterisk/manager.crt")
    answer = pbx.verify("--ami", "localhost", *user, *authority)
    assert answer["source"] == "ami" and {one["state"] for one in answer["trunks"]} >= {"Registered"}
    for refused in (
        pbx.verify("--ami", "localhost", *user),
        pbx.verify("--ami", "127.0.0.1", *user, *authority),
        pbx.verify("--ami", "localhost:5038", *user, *authority),
    ):
        assert "no TLS with" in refused["failure"]
