# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import (
    deployment,
    expectation,
    states,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import (
    DRIVERS,
    chan_sip,
    chan_sip_reader,
    pjsip,
    pjsip_reader,
    tls,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.pjsip_transports import (
    declared,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes, lock
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

MAIN: dict[str, Any] = {
    "name": "main",
    "provider": {"host": "sip.example.com"},
    "registration": {"user": "4321", "secret": "canary"},
    "inbound": {"numbers": {"1234": {"goto": "internal,100,1"}}},
}
BACKUP: dict[str, Any] = {"name": "backup", "provider": {"host": "192.0.2.1"}}
STOCK = {
    "sip.conf": "[general]\n; by hand\n[gateway]\ntype = peer\nhost = 192.0.2.99\ninsecure = port\n",
    "extensions.conf": "[internal]\n",
    "extensions_custom.conf": "[from-internal-custom](+)\n",
}
FREEPBX = {
    **STOCK,
    "sip.conf": "[general]\n#include sip_general_custom.conf\n#include sip_registrations_custom.conf\n"
    "#include sip_custom.conf\n",
    "sip_general_custom.conf": "",
    "sip_registrations_custom.conf": "",
    "sip_custom.conf": "",
}


PJSIP = {
    "pjsip.conf": "; by hand\n[udp]\ntype = transport\nbind = 0.0.0.0\n"
    "[gateway]\ntype = endpoint\naors = gateway\nallow = alaw\n"
    "[gateway]\ntype = aor\ncontact = sip:192.0.2.99\n",
    "extensions.conf": STOCK["extensions.conf"],
}
FREEPBX_PJSIP = {
    **FREEPBX,
    "pjsip.conf": "#include pjsip_custom.conf\n#include pjsip.transports.conf\n#include pjsip.endpoint.conf\n",
    "pjsip.transports.conf": "[0.0.0.0-udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5060\n",
    "pjsip.endpoint.conf": "#include pjsip.endpoint_custom.conf\n[200]\ntype=endpoint\n",
    "pjsip.endpoint_custom.conf": "",
    "pjsip_custom.conf": "; ours\n",
}
FILES = {"freepbx": FREEPBX, "pjsip": PJSIP, "freepbx pjsip": FREEPBX_PJSIP}


def pbx(directory: Path, layout: str) -> states.Pbx:
    """layout: one of chan_sip; or with pjsip, for what that has in place or in FreePBX's files"""
    for name, text in FILES.get(layout, STOCK).items():
        (directory / name).write_text(text)
    attributes = Attributes(os.getuid(), os.getgid(), 0o640)
    if "pjsip" in layout:
        name = layout.partition(" ")[0].replace("pjsip", "in_place")
        return states.Pbx(str(directory), pjsip, name, attributes, catalogue=of_release("16.28.0"))
    return states.Pbx(str(directory), chan_sip, layout, attributes)


def run(state: str, there: states.Pbx, *given: dict[str, Any]) -> states.Planned:
    planned = states.plan(state, given, there)
    deployment.apply(planned.files, backup=False)
    return planned


def names(there: states.Pbx) -> set[str]:
    return {trunk["name"] for trunk in states.present(there)[0]} - {"gateway"}


each_layout = pytest.mark.parametrize("layout", ["included", "in_place", "freepbx", "pjsip"])


@each_layout
def test_what_was_written_is_gathered_and_written_again_without_a_change(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    planned = run("replaced", there, MAIN, BACKUP)
    assert {trunk["name"] for trunk in planned.before} <= {"gateway"}
    found = [trunk for trunk in states.present(there)[0] if trunk["name"] != "gateway"]
    assert sorted(found, key=str) == sorted([MAIN, BACKUP], key=str)
    again = states.plan("replaced", [MAIN, BACKUP], there)
    assert not any(file.changes for file in again.files)
    assert again.before == again.after


@each_layout
def test_merged_changes_what_is_given(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    run("replaced", there, MAIN, BACKUP)
    run("merged", there, {"name": "main", "registration": {"expiry": 600}, "outbound": {"max_channels": 2}})
    found = {trunk["name"]: trunk for trunk in states.present(there)[0]}
    assert found["main"] == {
        **MAIN,
        "registration": {**MAIN["registration"], "expiry": 600},
        "outbound": {"max_channels": 2},
    }
    assert found["backup"] == BACKUP


@each_layout
def test_merged_with_a_trunk_that_is_not_there_adds_it(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    run("merged", there, MAIN)
    assert names(there) == {"main"}


@each_layout
def test_replaced_keeps_others_and_overridden_does_not(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    run("replaced", there, MAIN)
    run("replaced", there, BACKUP)
    assert names(there) == {"main", "backup"}
    run("overridden", there, BACKUP)
    assert [trunk["name"] for trunk in states.present(there)[0]] == ["backup"]
    assert "canary" not in "".join(path.read_text() for path in tmp_path.iterdir())


@each_layout
def test_which_trunks_a_change_is_for(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    assert run("merged", there, MAIN, BACKUP).touched == ("main", "backup")
    assert run("merged", there, MAIN, BACKUP).touched == ()
    assert run("merged", there, {**MAIN, "media": {"codecs": ["ulaw"]}}, BACKUP).touched == ("main",)
    assert run("deleted", there, {"name": "backup"}).touched == ("backup",)


@each_layout
def test_deleted_leaves_nothing_of_the_trunk_behind(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    run("replaced", there, MAIN, BACKUP)
    run("deleted", there, {"name": "main"}, {"name": "nobody"})
    assert names(there) == {"backup"}
    assert not any(
        word in path.read_text() for path in tmp_path.iterdir() for word in ("4321", "main", "canary")
    )


@each_layout
def test_a_disabled_trunk_is_taken_out(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    run("replaced", there, MAIN, BACKUP)
    disabled = {**MAIN, "enabled": False}
    run("replaced", there, disabled)
    assert names(there) == {"backup"}
    assert not any(file.changes for file in states.plan("replaced", [disabled], there).files)


@pytest.mark.parametrize("layout", ["in_place", "freepbx", "pjsip"])
@pytest.mark.parametrize("state", ["deleted", "overridden"])
def test_where_people_keep_trunks_all_of_them_do_not_go_by_the_way(
    tmp_path: Path, layout: str, state: str
) -> None:
    there = pbx(tmp_path, layout)
    with pytest.raises(SipTrunkError):
        states.plan(state, [], there)


@each_layout
@pytest.mark.parametrize("state", states.WRITING)
def test_a_trunk_that_is_given_twice_is_refused(tmp_path: Path, layout: str, state: str) -> None:
    with pytest.raises(SipTrunkError) as caught:
        states.plan(state, [BACKUP, {**BACKUP, "provider": {"host": "192.0.2.2"}}], pbx(tmp_path, layout))
    assert "given twice" in str(caught.value)


@each_layout
@pytest.mark.parametrize("state", ["merged", "replaced"])
def test_a_disabled_trunk_that_is_not_there_is_no_change(tmp_path: Path, layout: str, state: str) -> None:
    there = pbx(tmp_path, layout)
    run(state, there, {**BACKUP, "enabled": False})
    planned = states.plan(state, [{**BACKUP, "enabled": False}], there)
    assert planned.changes == () and not any(file.changes for file in planned.files)
    assert "backup" not in [trunk["name"] for trunk in planned.after]


def test_in_place_only_what_was_declared_is_expected_and_dialled(tmp_path: Path) -> None:
    there = pbx(tmp_path, "in_place")
    run("replaced", there, MAIN)
    text = (tmp_path / expectation.FILENAME).read_text()
    assert [trunk.name for trunk in expectation.from_json(text)] == ["main"]
    assert "gateway" not in (tmp_path / "extensions_trunks.conf").read_text()
    assert not (tmp_path / "sip_trunks.conf").exists()
    # A trunk that is kept by hand is expected from the moment on that it is declared.
    run("merged", there, {"name": "gateway"})
    text = (tmp_path / expectation.FILENAME).read_text()
    assert {trunk.name for trunk in expectation.from_json(text)} == {"main", "gateway"}
    assert "@gateway" in (tmp_path / "extensions_trunks.conf").read_text()


def test_freepbx_includes_the_dialplan_from_its_custom_file(tmp_path: Path) -> None:
    there = pbx(tmp_path, "freepbx")
    run("replaced", there, MAIN)
    assert (tmp_path / "extensions.conf").read_text() == STOCK["extensions.conf"]
    assert "extensions_trunks.conf" in (tmp_path / "extensions_custom.conf").read_text()
    assert (tmp_path / "sip.conf").read_text() == FREEPBX["sip.conf"]


def test_freepbx_has_chan_pjsip_in_its_custom_files_only(tmp_path: Path) -> None:
    there = pbx(tmp_path, "freepbx pjsip")
    run("replaced", there, MAIN, {**BACKUP, "provider": {"host": "192.0.2.1", "transport": "tcp"}})
    assert names(there) == {"main", "backup"}
    changed = {name for name, text in FREEPBX_PJSIP.items() if (tmp_path / name).read_text() != text}
    assert changed == {"pjsip_custom.conf", "extensions_custom.conf"}
    assert "pjsip_trunks_transports.conf" in (tmp_path / "pjsip_custom.conf").read_text()


@pytest.mark.parametrize(("driver", "reader"), [(chan_sip, chan_sip_reader), (pjsip, pjsip_reader)])
def test_a_hundred_accounts_at_one_host_are_not_all_compared_with_each_other(
    driver: ModuleType, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [
        {
            **MAIN,
            "name": f"main{number}",
            "registration": {"user": f"{number}", "secret": "canary"},
            "inbound": {"trust": []},
        }
        for number in range(100)
    ]
    compared: list[object] = []
    likeness = reader._Group.likeness
    monkeypatch.setattr(
        reader._Group, "likeness", lambda self, one: compared.append(one) or likeness(self, one)
    )
    text = str(driver.render(load_trunks(given, driver=driver.NAME)))
    assert len(driver.read(load_text(text, included=True)).trunks) == 100
    assert len(compared) == 100


def test_leftovers_are_those_of_the_given_trunks(tmp_path: Path) -> None:
    there = pbx(tmp_path, "in_place")
    with (tmp_path / "sip.conf").open("a") as file:
        file.write("acl = unknown\n[other]\ntype = peer\nhost = 192.0.2.98\ninsecure = port\nacl = unknown\n")
    planned = run("merged", there, {"name": "gateway"})
    assert [(leftover.section, leftover.key) for leftover in planned.leftovers] == [("gateway", "acl")]
    assert {leftover.section for leftover in states.present(there)[1]} >= {"gateway", "other"}


def test_a_transport_is_ours_only_where_pjsip_conf_has_none(tmp_path: Path) -> None:
    there = pbx(tmp_path, "pjsip")
    planned = run("merged", there, MAIN)
    assert "pjsip_trunks_transports.conf" not in " ".join(file.path for file in planned.files)
    planned = run("merged", there, {**BACKUP, "provider": {"host": "192.0.2.1", "transport": "tcp"}})
    assert [file.path for file in planned.files].count(str(tmp_path / "pjsip.conf")) == 1
    text = (tmp_path / "pjsip.conf").read_text()
    assert text.startswith(PJSIP["pjsip.conf"]) and "[backup]" in text
    assert text.endswith('#tryinclude "pjsip_trunks_transports.conf"\n')
    assert "[trunks-tcp]" in (tmp_path / "pjsip_trunks_transports.conf").read_text()
    again = states.plan("merged", [BACKUP], there)
    assert not any(file.changes for file in again.files)


def test_an_option_that_this_asterisk_does_not_know_is_refused_in_place(tmp_path: Path) -> None:
    there = pbx(tmp_path, "pjsip")
    with pytest.raises(SipTrunkError) as caught:
        states.plan("merged", [{**MAIN, "options": {"endpoint": {"no_such_option": "1"}}}], there)
    assert "options.endpoint.no_such_option" in str(caught.value)


@pytest.mark.parametrize("layout", ["in_place", "pjsip"])
def test_declaring_what_is_there_changes_nothing_by_hand(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    trunks, _leftovers = states.present(there)
    planned = states.plan("merged", trunks, there)
    assert planned.changes == () and planned.before == planned.after
    main = tmp_path / there.driver.MAIN
    assert [file for file in planned.files if file.path == str(main) and file.changes] == []
    # What no trunk can hold gives way, and is told apart from the fields of trunks.
    replaced = states.plan("replaced", trunks, there)
    assert all(line.startswith("section gateway") for line in replaced.changes)
    assert bool(replaced.changes) == (layout == "pjsip")


def add(there: states.Pbx, number: int) -> None:
    """As the module does, from a process of its own."""
    trunk = {"name": f"t{number}", "provider": {"host": f"192.0.2.{number}"}}
    with lock(there.config_dir):
        planned = states.plan("replaced", [trunk], there)
        deployment.apply(planned.files, backup=True)


@pytest.mark.parametrize("layout", ["included", "in_place", "pjsip"])
def test_of_plays_at_the_same_time_nothing_is_lost(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)
    plays = [get_context("fork").Process(target=add, args=(there, number)) for number in range(1, 13)]
    for play in plays:
        play.start()
    for play in plays:
        play.join(60)
    assert [play.exitcode for play in plays] == [0] * 12
    assert names(there) == {f"t{number}" for number in range(1, 13)}


def both(directory: Path, driver: ModuleType, **more: Any) -> states.Pbx:
    """A PBX with both drivers in the layout included."""
    if not (directory / "sip.conf").exists():
        for name, text in {**STOCK, "pjsip.conf": "; stock\n"}.items():
            (directory / name).write_text(text)
    return states.Pbx(
        str(directory),
        driver,
        "included",
        Attributes(os.getuid(), os.getgid(), 0o640),
        beside=tuple(name for name in DRIVERS if name != driver.NAME),
        catalogue=of_release("16.28.0") if driver is pjsip else None,
        **more,
    )


def test_a_trunk_moves_to_the_other_driver_and_back_in_one_reload(tmp_path: Path) -> None:
    run("overridden", both(tmp_path, chan_sip), MAIN)
    planned = run("overridden", both(tmp_path, pjsip), MAIN)
    assert planned.before == planned.after == [MAIN]
    assert planned.changes == ("trunk main: driver pjsip (was chan_sip)",)
    assert planned.reload == (
        "sip reload", "module reload res_pjsip.so", "dialplan reload"
    )  # fmt: skip
    assert planned.undo == (
        "pjsip send unregister main", "dialplan reload", "module reload res_pjsip.so", "sip reload",
    )  # fmt: skip
    assert planned.registers == planned.touched == ("main",)
    assert "1800 s the provider has its contact" in planned.warnings[0]
    assert "register" not in (tmp_path / "sip_trunks.conf").read_text()
    assert "allowguest = no" in (tmp_path / "sip_trunks.conf").read_text()
    assert "PJSIP/" in (tmp_path / "extensions_trunks.conf").read_text()
    # chan_sip has the usual port.
    assert "bind = 0.0.0.0:5062" in (tmp_path / "pjsip_trunks_transports.conf").read_text()
    again = states.plan("overridden", [MAIN], both(tmp_path, pjsip))
    assert not any(file.changes for file in again.files)
    assert again.reload == () and again.changes == ()

    back = run("overridden", both(tmp_path, chan_sip), MAIN)
    assert back.reload == (
        "pjsip send unregister main", "module reload res_pjsip.so", "sip reload", "dialplan reload",
    )  # fmt: skip
    assert "type" not in (tmp_path / "pjsip_trunks.conf").read_text()
    assert "bind" not in (tmp_path / "pjsip_trunks_transports.conf").read_text()
    assert "SIP/" in (tmp_path / "extensions_trunks.conf").read_text()


def test_a_removed_trunk_is_unregistered_while_its_account_is_there(tmp_path: Path) -> None:
    there = both(tmp_path, pjsip)
    run("overridden", there, MAIN, BACKUP | {"registration": {"user": "u", "secret": "canary"}})
    planned = run("deleted", there, {"name": "backup"})
    # If no reload has taken it away, it is only unregistered.
    assert planned.undo[-1] == "pjsip send register backup"
    assert planned.reload[0] == "pjsip send unregister backup"
    assert planned.reload[1:] == ("module reload res_pjsip.so", "dialplan reload")
    assert planned.registers == ()


def test_what_does_not_register_anew_is_not_unregistered(tmp_path: Path) -> None:
    there = both(tmp_path, pjsip)
    hidden = {"host": "sip.example.com", "outbound_proxy": "proxy.example.com"}
    registration = {"user": "u", "secret": "canary", "domain": "example.com"}
    run("overridden", there, {"name": "main", "provider": hidden, "registration": registration})
    planned = run("merged", there, {"name": "main", "provider": {"port": 5070}})
    assert planned.registers == ()
    assert "pjsip send unregister main" not in (*planned.reload, *planned.undo)


@pytest.mark.parametrize(
    ("change", "another"),
    [
        ({"registration": {"user": "another"}}, True),
        ({"provider": {"host": "sip.example.org"}}, True),
        ({"registration": {"secret": "another"}}, False),
        ({"registration": {"expiry": 600}}, False),
    ],
)
def test_an_account_that_another_one_replaces_is_unregistered(
    tmp_path: Path, change: dict[str, Any], another: bool
) -> None:
    there = both(tmp_path, pjsip)
    run("overridden", there, MAIN)
    planned = run("merged", there, {"name": "main", **change})
    assert ("pjsip send unregister main" in planned.reload) == another
    assert ("pjsip send unregister main" in planned.undo) == another
    assert planned.registers == ("main",)


@pytest.mark.parametrize(
    ("change", "renewed"),
    [
        ({"registration": {"secret": "another"}}, True),
        ({"registration": {"expiry": 600}}, True),
        ({"provider": {"port": 5070}}, True),
        ({"inbound": {"context": "other"}}, False),
        ({"media": {"codecs": ["g722"]}}, False),
    ],
)
def test_only_what_changes_at_the_registrar_registers_anew(
    tmp_path: Path, change: dict[str, Any], renewed: bool
) -> None:
    there = both(tmp_path, pjsip)
    run("overridden", there, MAIN, BACKUP | {"registration": {"user": "u", "secret": "canary"}})
    planned = run("merged", there, {"name": "main", **change})
    assert planned.registers == (("main",) if renewed else ())


def test_transports_can_be_there_before_the_driver_changes(tmp_path: Path) -> None:
    transports = tuple(declared([{"bind": "0.0.0.0:5070"}]))
    run("overridden", both(tmp_path, chan_sip, transports=transports), MAIN)
    assert "bind = 0.0.0.0:5070" in (tmp_path / "pjsip_trunks_transports.conf").read_text()
    planned = run("overridden", both(tmp_path, pjsip), MAIN)
    assert "bind = 0.0.0.0:5070" in (tmp_path / "pjsip_trunks_transports.conf").read_text()
    assert planned.transports_at == str(tmp_path / "pjsip_trunks_transports.conf")


def test_with_transports_of_others_nothing_of_ours_must_have_been_there(tmp_path: Path) -> None:
    there = both(tmp_path, pjsip)
    (tmp_path / "pjsip.conf").write_text("[mine]\ntype = transport\nbind = 0.0.0.0:5070\n")
    planned = run("overridden", there, MAIN)
    assert "bind" not in (tmp_path / "pjsip_trunks_transports.conf").read_text()
    assert planned.transports_at is None


@pytest.mark.parametrize(
    ("kind", "key", "value", "refused"),
    [
        ("endpoint", "rtp_timeout", "abc", True),
        ("registration", "fatal_retry_interval", "5m", True),
        ("registration", "fatal_retry_interval", "00", True),
        ("endpoint", "rtp_timeout", "60", False),
        ("endpoint", "tos_audio", "ef", False),
    ],
)
def test_a_number_is_a_number(tmp_path: Path, kind: str, key: str, value: str, refused: bool) -> None:
    there = both(tmp_path, pjsip)
    trunk = {**MAIN, "options": {kind: {key: value}}}
    if refused:
        with pytest.raises(SipTrunkError, match=f"options.{kind}.{key}"):
            states.plan("overridden", [trunk], there)
    else:
        states.plan("overridden", [trunk], there)


def test_an_option_that_this_asterisk_does_not_know_is_refused(tmp_path: Path) -> None:
    there = both(tmp_path, pjsip)
    with pytest.raises(SipTrunkError, match="options.endpoint.tenantid: Asterisk 16.28.0 has no option"):
        states.plan("overridden", [{**MAIN, "options": {"endpoint": {"tenantid": "1"}}}], there)


def test_a_provider_that_would_call_the_other_driver_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SipTrunkError, match="calls port 5060, which chan_sip has"):
        states.plan("overridden", [BACKUP], both(tmp_path, pjsip))


EMERGENCY = {"name": "sos", "emergency": True, "patterns": ["112"], "trunks": ["main", "backup"]}
ABROAD = {"name": "abroad", "patterns": ["_00X."], "trunks": ["backup", "main"]}
OWN = [{**MAIN, "outbound": {"max_channels": 2}}, BACKUP]


def run_routes(
    state: str, there: states.Pbx, routes: list[dict[str, Any]], *trunks: dict[str, Any]
) -> states.Planned:
    planned = states.plan(state, trunks, there, routes)
    deployment.apply(planned.files, backup=False)
    return planned


@each_layout
def test_routes_follow_the_state_as_trunks_do(tmp_path: Path, layout: str) -> None:
    there = pbx(tmp_path, layout)

    def routes() -> list[dict[str, Any]]:
        return deployment.current_routes(str(tmp_path))

    planned = run_routes("replaced", there, [EMERGENCY, ABROAD], *OWN)
    assert planned.changes[-2:] == ("add route sos", "add route abroad")
    assert routes() == [EMERGENCY, ABROAD]
    again = states.plan("replaced", OWN, there, [EMERGENCY, ABROAD])
    assert not any(file.changes for file in again.files)
    run_routes("replaced", there, [], BACKUP)
    assert routes() == [EMERGENCY, ABROAD]
    merged = run_routes("merged", there, [{"name": "abroad", "strip": 2, "prepend": "+"}])
    assert merged.changes == ("route abroad: strip 2", "route abroad: prepend +")
    with pytest.raises(SipTrunkError, match="route sos: trunks = backup: there is no such trunk"):
        run_routes("deleted", there, [], BACKUP)
    run_routes("deleted", there, [{"name": "sos"}])
    assert [route["name"] for route in routes()] == ["abroad"]
    run_routes("overridden", there, [], *OWN)
    assert routes() == []


def test_without_anything_given_routes_go_with_the_trunks(tmp_path: Path) -> None:
    there = pbx(tmp_path, "included")
    run_routes("replaced", there, [EMERGENCY], *OWN)
    planned = run_routes("deleted", there, [])
    assert planned.changes[-1] == "remove route sos"
    assert not deployment.current_routes(str(tmp_path))


def test_routes_without_an_emergency_number_are_told(tmp_path: Path) -> None:
    there = pbx(tmp_path, "included")
    assert "emergency" in run_routes("replaced", there, [ABROAD], *OWN).warnings[0]
    none = {"name": "none", "emergency": True, "patterns": []}
    planned = run_routes("replaced", there, [none, ABROAD], *OWN)
    assert planned.warnings == () and [route["name"] for route in planned.routes] == ["abroad"]


def test_a_route_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SipTrunkError, match="route sos: name = sos: is given twice; declare each route once"):
        states.plan("replaced", OWN, pbx(tmp_path, "included"), [EMERGENCY, EMERGENCY])


def over_tls(there: states.Pbx, by_hand: str = "") -> str:
    """Our file for a trunk over TLS; by_hand: what somebody has added to sip.conf"""
    main = Path(there.config_dir) / "sip.conf"
    main.write_text(main.read_text() + by_hand)
    run("overridden", there, {"name": "t", "provider": {"host": "192.0.2.1", "transport": "tls"}})
    return (Path(there.config_dir) / "sip_trunks.conf").read_text()


def test_trunks_over_tls_believe_whom_the_distribution_believes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_OF_DISTRIBUTIONS", (__file__,))
    text = over_tls(pbx(tmp_path, "included"))
    assert "tlsdontverifyserver = no\n" in text and f"tlscafile = {__file__}\n" in text


def test_trunks_over_tls_believe_whom_sip_conf_names(tmp_path: Path) -> None:
    text = over_tls(pbx(tmp_path, "included"), "[general](+)\ntlscafile=/etc/asterisk/ca.pem\n")
    assert "tlsdontverifyserver = no\n" in text and "tlscafile" not in text


def test_trunks_over_tls_believe_whom_was_declared_and_go_on_so(tmp_path: Path) -> None:
    there = replace(pbx(tmp_path, "included"), tls=tls.Tls("/ca.pem"))
    assert over_tls(there) == over_tls(there) and "tlscafile = /ca.pem\n" in over_tls(there)


def test_what_was_declared_of_tls_must_be_there(tmp_path: Path) -> None:
    for given, why in (
        ({"ca_file": str(tmp_path / "no.pem")}, "there is no such file"),
        ({"certificate": __file__}, "belong together"),
    ):
        with pytest.raises(SipTrunkError, match=why):
            tls.declared(given)
    assert tls.declared({"ca_file": __file__, "certificate": None}) == tls.Tls(__file__)
