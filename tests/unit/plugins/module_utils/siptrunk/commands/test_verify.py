# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional
from xml.etree.ElementTree import fromstring

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import providers
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.__main__ import main
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import live
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    ANSWER,
    Heard,
    Registration,
    Snapshot,
    Unavailable,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import verify as command
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
    to_json,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import Target
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import to_bytes
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Report

from ..scenes import NOW, REGISTERED, TRUNK, failed, judged, never, resolve, running
from ..sip.peers import answer, datagram, listening


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def watched(*snapshots: Snapshot, wait: float) -> tuple[Report, float]:
    """Watch a PBX that shows one snapshot after the other, the last one for ever; also the time that it took."""
    clock, shown = Clock(), list(snapshots)

    def look(seconds: float) -> Report:
        return judged(shown.pop(0) if len(shown) > 1 else shown[0], watched=seconds)

    report = command.watch(look, wait=wait, clock=clock, sleep=clock.sleep)
    return report, clock.now - 100


def test_a_trunk_in_order_is_not_waited_for() -> None:
    assert watched(running(REGISTERED), wait=60)[1] == 0


def test_a_trunk_that_comes_up_is_waited_for_and_no_longer() -> None:
    report, took = watched(*[running(never("Request Sent"))] * 3, running(REGISTERED), wait=60)
    assert (report.status, took) == ("ok", 1.5)


def test_the_deadline_is_kept() -> None:
    report, took = watched(running(never("Request Sent")), wait=7.25)
    assert (report.status, took) == ("critical", 7.25)


@pytest.mark.parametrize("state", ["No Authentication", "Rejected", "Auth. Sent", "Failed"])
def test_what_waiting_does_not_cure_is_not_waited_for(state: str) -> None:
    refused = Heard(ANSWER, REGISTERED.account, int(NOW) - 9, 401)
    report, took = watched(running(never(state), heard=(refused,)), wait=60)
    assert report.status == "critical"
    # Seen twice after the first seconds, in which a reload may not have come through yet.
    assert 3 <= took <= 5


def test_what_is_only_left_over_from_before_a_reload_is_not_believed() -> None:
    before = [running(never("No Authentication"))] * 6
    assert watched(*before, running(REGISTERED), wait=60)[0].status == "ok"


def test_a_trunk_that_may_still_come_up_is_waited_for_in_spite_of_one_that_cannot() -> None:
    assert TRUNK.registration is not None
    other = replace(TRUNK, name="other", registration=replace(TRUNK.registration, user="1"))
    snapshot = running(never("Rejected"), replace(never("Request Sent"), account="1@sip.example.com"))
    clock = Clock()
    command.watch(
        lambda seconds: judged(snapshot, TRUNK, other, watched=seconds),
        wait=20,
        clock=clock,
        sleep=clock.sleep,
    )
    assert clock.now == 120


def test_a_pbx_that_takes_long_to_tell_is_asked_half_of_the_time_at_most() -> None:
    clock, asked_at = Clock(), []

    def look(seconds: float) -> Report:
        asked_at.append(seconds)
        clock.sleep(4)
        return judged(running(never("Request Sent")), watched=seconds)

    command.watch(look, wait=20, clock=clock, sleep=clock.sleep)
    assert asked_at == [0, 8, 16]


def test_nothing_expected_is_not_waited_for() -> None:
    clock = Clock()
    empty = Report((), (), running(), 0.0)
    assert command.watch(lambda seconds: empty, wait=60, clock=clock, sleep=clock.sleep) is empty
    assert clock.now == 100


def test_what_is_in_order_while_something_takes_effect_is_looked_at_again() -> None:
    clock = Clock()
    lost, found = running(never("Request Sent")), running(REGISTERED)
    # A command is given at the first look; its own unregistering comes after what was under way.
    shown = [lost, found, found, lost, lost, found]
    acts = iter([3.0])
    report = command.watch(
        lambda seconds: judged(shown.pop(0) if len(shown) > 1 else found, watched=seconds),
        wait=60,
        progress=lambda _report, _watched: next(acts, None),
        clock=clock,
        sleep=clock.sleep,
    )
    assert report.status == "ok" and shown == [found] and clock.now == 103


def test_progress_is_told_while_it_waits() -> None:
    clock, told = Clock(), []
    command.watch(
        lambda seconds: judged(running(never("Request Sent")), watched=seconds),
        wait=1,
        progress=lambda report, seconds: told.append(seconds),
        clock=clock,
        sleep=clock.sleep,
    )
    assert told == [0, 0.5]


@pytest.fixture
def pbx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A PBX whose answer can be set, with the manifest of the trunk."""
    (tmp_path / "sip_trunks.json").write_text(to_json([TRUNK]))
    fresh = replace(REGISTERED, registered_at=int(time.time()))
    state: dict[str, Any] = {
        "dir": tmp_path,
        "answer": running(fresh),
        "answers": [],
        "asked": [],
        "error": None,
    }

    def observe(expected: list[ExpectedTrunk], *, config_dir: str, access: Any) -> Snapshot:
        state["access"] = access
        state["asked"].append((expected, config_dir))
        error: BaseException | None = state["error"]
        answers: list[Snapshot] = state["answers"]
        answer: Snapshot = answers.pop(0) if answers else state["answer"]
        if error is not None:
            raise error
        return answer

    monkeypatch.setattr(live, "observe", observe)
    monkeypatch.setattr(command, "Resolver", lambda: SimpleNamespace(resolve=resolve))
    return state


def run(pbx: dict[str, Any], *arguments: str) -> int:
    return main(["verify", "--config-dir", str(pbx["dir"]), *arguments])


@pytest.mark.parametrize("format_", ["text", "json", "nagios", "prometheus", "junit", "html"])
def test_every_format_has_the_same_exit_code(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    assert run(pbx, "--format", format_) == 0
    pbx["answer"] = failed("not_running")
    assert run(pbx, "--format", format_, "--wait", "0") == 2
    pbx["answer"] = failed("permission_denied")
    assert run(pbx, "--format", format_, "--wait", "0") == 3


def test_the_manifest_says_what_is_expected(pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(pbx, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["trunks"][0]["trunk"] == "smartvox"
    assert pbx["asked"] == [([TRUNK], str(pbx["dir"]))]


def test_another_manifest_can_be_given(pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    other = pbx["dir"] / "other.json"
    other.write_text(to_json([replace(TRUNK, name="other")]))
    assert run(pbx, "--expect", str(other)) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("other ")


def test_without_a_manifest_sip_conf_says_what_is_expected(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (pbx["dir"] / "sip_trunks.json").unlink()
    (pbx["dir"] / chan_sip.MAIN).write_text("[general]\nregister => 43212345:password@sip.example.com~120\n")
    assert run(pbx, "--format", "json") == 0
    output = capsys.readouterr().out
    assert json.loads(output)["trunks"][0]["account"] == "43212345@sip.example.com"
    assert "password" not in output


def test_a_manifest_that_is_not_there_is_unknown(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(pbx, "--expect", "none.json") == 3
    assert "none.json: there is no such file" in capsys.readouterr().err


def test_a_broken_manifest_is_unknown(pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    (pbx["dir"] / "sip_trunks.json").write_text("{}")
    assert run(pbx) == 3
    assert capsys.readouterr().out == ""


def test_an_error_of_our_own_is_unknown_and_shows_nothing_of_its_text(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pbx["error"] = RuntimeError("a secret")
    assert run(pbx) == 3
    assert capsys.readouterr().err == "siptrunk verify: internal error: RuntimeError\n"


def test_a_file_that_may_not_be_read_is_unknown_with_the_way_out(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pbx["error"] = PermissionError(13, "Permission denied", "/etc/asterisk/sip_trunks.json")
    assert run(pbx) == 3
    assert "run this as root or asterisk" in capsys.readouterr().err


def test_monitoring_is_told_on_standard_output(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pbx["error"] = PermissionError(13, "Permission denied", "/etc/asterisk/sip_trunks.json")
    assert run(pbx, "--format", "nagios") == 3
    assert capsys.readouterr().out.startswith("SIP TRUNKS UNKNOWN - ")


@pytest.mark.parametrize("since", ["{now}", "{iso}"])
def test_a_registration_before_since_is_critical(pbx: dict[str, Any], since: str) -> None:
    later = time.time() + 5
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(later))
    assert run(pbx, "--wait", "0", "--since", since.format(now=later, iso=iso)) == 2
    assert run(pbx, "--wait", "0", "--since", "2020-01-01T00:00:00Z") == 0


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--wait", "-1"), ("--wait", "nan")])
def test_bad_usage_is_not_ok(pbx: dict[str, Any], arguments: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as usage:
        run(pbx, *arguments)
    assert usage.value.code == 2


@pytest.mark.parametrize(("arguments", "code"), [((), 3), (("--allow-none",), 0)])
def test_no_trunk_at_all(pbx: dict[str, Any], arguments: tuple[str, ...], code: int) -> None:
    (pbx["dir"] / "sip_trunks.json").write_text(to_json([]))
    assert run(pbx, *arguments) == code


def test_a_renewal_of_pjsip_is_seen_while_it_waits(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """chan_pjsip does not tell when it registered: it is proven by what was seen before."""
    assert TRUNK.registration is not None
    new = replace(TRUNK, driver="pjsip", peers=(), registration=replace(TRUNK.registration, expiry=3600))
    (pbx["dir"] / "sip_trunks.json").write_text(to_json([new]))
    now = int(time.time())
    shown = Registration(
        "pjsip", REGISTERED.account, REGISTERED.registrar, "Registered", name="smartvox", next_at=now + 50
    )
    since = ("--since", str(now - 1), "--wait", "1")
    pbx["answer"] = running(shown)
    assert run(pbx, *since) == 3
    assert "does not tell since when" in capsys.readouterr().out
    looks = [running(replace(shown, state="Unregistered", next_at=now)), running(shown)]
    pbx["answers"] = looks
    assert run(pbx, *since) == 0


def test_a_reload_comes_after_a_first_look(pbx: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    new = replace(TRUNK, driver="pjsip", peers=())
    (pbx["dir"] / "sip_trunks.json").write_text(to_json([new]))
    now = int(time.time())
    old = Registration(
        "pjsip", REGISTERED.account, REGISTERED.registrar, "Registered", name="smartvox", next_at=now + 50
    )
    pbx["answers"] = [running(old)]
    pbx["answer"] = running(replace(old, next_at=now + 290))
    commands: list[str] = []
    monkeypatch.setattr(
        live.cli, "connect", lambda config_dir, timeout: lambda one: commands.append(one) or ""
    )
    reload = "module reload res_pjsip.so"
    assert run(pbx, "--since", str(now - 1), "--wait", "1", "--after", reload) == 0
    assert commands == [reload]
    assert len(pbx["asked"]) == 2


@pytest.mark.parametrize(
    ("before", "runs_for", "failed"),
    [
        (REGISTERED, 99, False),  # though not new
        (never("Request Sent"), 99, True),
        (never("No Authentication"), 99, True),
        (never("Request Sent"), 50, None),  # it may just have begun
        (never("Request Sent"), None, None),
    ],
    ids=["works", "has no answer", "is refused", "has just begun", "for how long it runs is not known"],
)
def test_what_had_failed_before_it_was_told_anything(
    pbx: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    before: Registration,
    runs_for: Optional[int],
    failed: Optional[bool],
) -> None:
    monkeypatch.setattr(live.cli, "connect", lambda config_dir, timeout: lambda one: "")
    now = int(time.time())
    past = replace(before, registered_at=now - 50 if before.registered_at else None)
    pbx["answers"] = [running(past, started_at=None if runs_for is None else now - runs_for)]
    since = ("--since", str(int(time.time()) - 1))
    assert run(pbx, *since, "--wait", "0", "--after", "sip reload", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["trunks"][0]["failed_before"] is failed


def test_what_had_failed_before_is_seen_by_what_was_expected_then(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that gets another account has not failed because nobody had that before."""
    monkeypatch.setattr(live.cli, "connect", lambda config_dir, timeout: lambda one: "")
    assert TRUNK.registration
    other = replace(TRUNK, registration=replace(TRUNK.registration, user="another"))
    for name, expected in (("sip_trunks.json", other), ("before.json", TRUNK)):
        (pbx["dir"] / name).write_text(to_json([expected]))
    now = int(time.time())
    pbx["answer"] = running(replace(REGISTERED, registered_at=now - 50), started_at=now - 99)
    for more, had_failed in ((), True), (("--before", str(pbx["dir"] / "before.json")), False):
        run(pbx, "--wait", "0", "--after", "sip reload", *more, "--format", "json")
        assert json.loads(capsys.readouterr().out)["trunks"][0]["failed_before"] is had_failed


def test_since_may_be_for_some_trunks(pbx: dict[str, Any]) -> None:
    since = ("--since", str(int(time.time()) + 60), "--wait", "0")
    assert run(pbx, *since) == 2
    assert run(pbx, *since, "--new", "smartvox") == 2
    assert run(pbx, *since, "--new", "another") == 0


@pytest.mark.parametrize(("cause", "code"), [("driver_not_loaded", 0), ("not_answering", 3)])
def test_what_a_driver_that_is_not_loaded_is_told_is_nothing(
    pbx: dict[str, Any], monkeypatch: pytest.MonkeyPatch, cause: str, code: int
) -> None:
    def ask(command: str) -> str:
        raise Unavailable(cause, command)

    monkeypatch.setattr(live.cli, "connect", lambda config_dir, timeout: ask)
    assert run(pbx, "--after", "sip reload") == code


@pytest.mark.parametrize("format_", ["nagios", "prometheus", "junit", "html"])
def test_machines_are_told_that_there_is_no_verdict(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    (pbx["dir"] / "sip_trunks.json").write_text("{}")
    assert run(pbx, "--format", format_) == 3
    said = capsys.readouterr().out.lower()
    assert "unknown" in said or "siptrunk_exit_code 3" in said


def test_a_file_is_written_whole_and_may_be_read(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    file = pbx["dir"] / "siptrunk.prom"
    file.write_text("older")
    file.chmod(0o600)
    assert run(pbx, "--format", "prometheus", "--output", str(file)) == 0
    assert capsys.readouterr().out == ""
    assert file.read_text().endswith("\n") and "siptrunk_exit_code 0\n" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in pbx["dir"].iterdir() if one.name.startswith(".")] == []


def test_no_reason_for_no_verdict_is_obeyed_by_a_terminal(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pbx["error"] = ConfigError("/etc/asterisk/\033[2J.conf", "is \udcff")
    assert run(pbx) == 3
    assert "/etc/asterisk/?[2J.conf: is ?" in capsys.readouterr().err


def test_a_link_is_not_where_the_answer_goes(pbx: dict[str, Any]) -> None:
    victim, file = pbx["dir"] / "victim", pbx["dir"] / "siptrunk.prom"
    victim.write_text("precious")
    file.symlink_to(victim)
    assert run(pbx, "--format", "prometheus", "--output", str(file)) == 0
    assert victim.read_text() == "precious" and not file.is_symlink()


def test_a_file_that_cannot_be_written_is_never_ok(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    missing = pbx["dir"] / "missing" / "siptrunk.prom"
    assert run(pbx, "--format", "prometheus", "-o", str(missing)) == os.EX_CANTCREAT
    assert "cannot be written" in capsys.readouterr().err


def test_watching_ends_with_the_last_verdict(
    pbx: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt
        pbx["answer"] = failed("not_running")

    monkeypatch.setattr(command.time, "sleep", sleep)
    assert run(pbx, "--watch", "0.1", "--wait", "0") == 2
    # Asterisk is not asked all the time.
    assert pauses == [1.0, 1.0, 1.0]
    assert capsys.readouterr().out.count("smartvox") >= 3


def ami(pbx: dict[str, Any], *more: str) -> tuple[str, ...]:
    (pbx["dir"] / "secret").write_text("s3cret-of-ami\n")
    return ("--ami-user", "monitor", "--ami-secret", str(pbx["dir"] / "secret"), *more)


@pytest.mark.parametrize(
    ("arguments", "host", "port"),
    [
        (("--ami", "pbx.example.com"), "pbx.example.com", 5038),
        (("--ami", "pbx.example.com", "--ami-tls"), "pbx.example.com", 5039),
        (("--ami", "192.0.2.7:5040", "--ami-tls"), "192.0.2.7", 5040),
        (("--ami", "[2001:db8::7]:5040"), "2001:db8::7", 5040),
    ],
)
def test_another_manager_interface_can_be_asked(
    pbx: dict[str, Any], arguments: tuple[str, ...], host: str, port: int
) -> None:
    assert run(pbx, *ami(pbx, *arguments)) == 0
    access = pbx["access"]
    assert (access.host, access.port, access.user, access.secret) == (host, port, "monitor", "s3cret-of-ami")
    assert access.tls == ("--ami-tls" in arguments) and "s3cret" not in repr(access)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ami", "pbx.example.com"),
        ("--ami-user", "monitor"),
        ("--ami", "pbx.example.com:x", "--ami-user", "monitor", "--ami-secret", "{dir}/secret"),
        ("--ami", "pbx.example.com:70000", "--ami-user", "monitor", "--ami-secret", "{dir}/secret"),
        ("--ami", "pbx.example.com", "--ami-user", "monitor", "--ami-secret", "{dir}/nothing"),
        ("--ami", "h", "--ami-user", "monitor", "--ami-secret", "{dir}/secret", "--after", "sip reload"),
    ],
)
def test_half_a_manager_interface_is_unknown(
    pbx: dict[str, Any], arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    ami(pbx)
    assert run(pbx, *(argument.format(dir=pbx["dir"]) for argument in arguments)) == 3
    assert not pbx["asked"] and "s3cret" not in capsys.readouterr().err


def at(target: Target, name: str) -> ExpectedTrunk:
    """A trunk whose provider is there."""
    where = {"host": target.address, "port": target.port}
    registration = ExpectedRegistration("43212345", transport="udp", **where)
    return ExpectedTrunk(name, "chan_sip", registration, (ExpectedPeer(name, **where),))


@pytest.fixture
def asked(pbx: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Two trunks of a provider that answers and one of a silent one; gives the requests that the first one gets."""
    requests: list[str] = []

    def silent(plug: socket.socket) -> None:
        while True:
            datagram(plug)

    def noting(plug: socket.socket) -> None:
        while True:
            request, peer = datagram(plug)
            requests.append(f"{request.method} {request.uri}")
            plug.sendto(to_bytes(answer(request, 403)), peer)

    monkeypatch.setattr(providers, "PATIENCE", 0.7)
    with listening("udp", noting) as there, listening("udp", silent) as nowhere:
        trunks = [at(there, "first"), at(there, "second"), at(nowhere, "third")]
        (pbx["dir"] / "sip_trunks.json").write_text(to_json(trunks))
        pbx["answer"] = running()
        yield requests


def test_what_failed_is_drawn(
    pbx: dict[str, Any], asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert run(pbx, "--wait", "0", "--ladder") == 2
    assert time.monotonic() - began < 5
    said = capsys.readouterr().out
    # Once for all trunks that call there, and nothing but OPTIONS.
    assert len(asked) == 1 and asked[0].startswith("OPTIONS sip:127.0.0.1:")
    assert re.search(r"^first, second: OPTIONS sip:127.0.0.1:\d+: refused: 403 Any$", said, re.M)
    assert re.search(r"\|<-+ 403 Any .*-\|$", said, re.M)
    assert re.search(r"^third: OPTIONS sip:127.0.0.1:\d+: silent: ", said, re.M)
    # It is sent again (RFC 3261, section 17.1.2.2).
    assert re.search(r"\| OPTIONS sip:127\S+ \(again\) ->\|$", said, re.M)


def test_the_page_has_the_picture(
    pbx: dict[str, Any], asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(pbx, "--wait", "0", "--format", "html", "--ladder") == 2
    page = capsys.readouterr().out
    pictures = [fromstring(picture) for picture in re.findall("<svg.*?</svg>", page, re.S)]
    assert len(pictures) == 2 and "403 Any" in "".join(pictures[0].itertext())
    assert "<script" not in page and re.findall('https?://[^"]*', page) == ["http://www.w3.org/2000/svg"] * 2


def test_nobody_is_asked_unless_somebody_wants_to_know(
    pbx: dict[str, Any], asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(pbx, "--wait", "0", "--format", "html") == 2
    (pbx["dir"] / "sip_trunks.json").write_text(to_json([TRUNK]))
    pbx["answer"] = running(replace(REGISTERED, registered_at=int(time.time())))
    assert run(pbx, "--ladder") == 0
    assert asked == [] and "OPTIONS" not in capsys.readouterr().out


def test_faces_without_room_for_a_picture_say_so(
    pbx: dict[str, Any], asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for format_ in ("json", "nagios", "prometheus", "junit"):
        assert run(pbx, "--wait", "0", "--format", format_, "--ladder") == 3
        assert "--ladder is for the formats text and html" in capsys.readouterr().err
    assert asked == []


@pytest.mark.parametrize("host", ["no host", "sip.example.com"])
def test_who_cannot_be_asked_changes_no_verdict(
    pbx: dict[str, Any], host: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no files left")

    monkeypatch.setattr(providers, "probe", fail)
    peers = tuple(replace(peer, host=host) for peer in TRUNK.peers)
    (pbx["dir"] / "sip_trunks.json").write_text(to_json([replace(TRUNK, peers=peers)]))
    pbx["answer"] = running()
    assert run(pbx, "--wait", "0", "--ladder") == 2
    assert "smartvox: CRITICAL" in capsys.readouterr().out
