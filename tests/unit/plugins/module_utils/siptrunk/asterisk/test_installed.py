# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import installed
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.installed import (
    Installed,
    choose_driver,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with an Asterisk that has chan_sip; config in etc, modules in modules."""
    (tmp_path / "asterisk").write_text("#!/bin/sh\necho Asterisk 16.28.0~dfsg-0+deb11u10\n")
    (tmp_path / "asterisk").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(installed, "_USUAL", ())
    (tmp_path / "etc").mkdir()
    (tmp_path / "modules").mkdir()
    for module in ("chan_sip", *pjsip.MODULES):
        (tmp_path / f"modules/{module}.so").touch()
    (tmp_path / "etc/asterisk.conf").write_text(f"[directories](!)\nastmoddir => {tmp_path}/modules\n")
    (tmp_path / "etc/modules.conf").write_text("[modules]\nautoload=yes\nnoload => chan_oss.so\n")
    return tmp_path


def look(host: Path) -> Installed:
    return installed.installed(str(host / "etc"))


def test_finds_version_and_driver_with_the_template_of_debian(host: Path) -> None:
    assert look(host) == Installed("16.28.0~dfsg-0+deb11u10", ("pjsip", "chan_sip"), {})


def test_a_directory_that_counts_is_the_only_one(host: Path) -> None:
    with (host / "etc/asterisk.conf").open("a") as config:
        config.write(f"[directories]\nastmoddir => {host}/elsewhere\n")
    assert look(host).missing == {
        "pjsip": f"there is no chan_pjsip.so in {host}/elsewhere",
        "chan_sip": f"there is no chan_sip.so in {host}/elsewhere",
    }


def test_without_asterisk_conf_the_usual_places_count(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (host / "etc/asterisk.conf").unlink()
    monkeypatch.setattr(installed, "_USUAL", (f"{host}/mod*",))
    assert look(host).drivers == ("pjsip", "chan_sip")


@pytest.mark.parametrize("name", ["chan_sip.so", "chan_sip", "CHAN_SIP.SO"])
def test_noload_counts(host: Path, name: str) -> None:
    with (host / "etc/modules.conf").open("a") as config:
        config.write(f"noload => {name}\n")
    assert look(host).missing == {"chan_sip": f"{host}/etc/modules.conf:4 says noload = {name}"}


def test_noload_in_another_section_does_not_count(host: Path) -> None:
    with (host / "etc/modules.conf").open("a") as config:
        config.write("[global]\nnoload => chan_sip.so\n")
    assert look(host).drivers == ("pjsip", "chan_sip")


@pytest.mark.parametrize("module", pjsip.MODULES)
def test_pjsip_needs_more_than_one_module(host: Path, module: str) -> None:
    (host / f"modules/{module}.so").unlink()
    assert look(host).missing == {"pjsip": f"there is no {module}.so in {host}/modules"}


@pytest.mark.parametrize(("load", "drivers"), [("", ()), ("load = chan_sip.so\n", ("chan_sip",))])
def test_without_autoload_the_driver_must_be_named(host: Path, load: str, drivers: tuple[str, ...]) -> None:
    (host / "etc/modules.conf").write_text(f"[modules]\nautoload=no\n{load}")
    assert look(host).drivers == drivers


def test_without_asterisk_there_is_one_clear_error(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path: None)
    with pytest.raises(SipTrunkError, match="not installed"):
        look(host)


@pytest.mark.parametrize(
    ("requested", "candidates", "driver"),
    [
        ("auto", ("pjsip", "chan_sip"), "pjsip"),
        ("chan_sip", ("pjsip", "chan_sip"), "chan_sip"),
        ("auto", ("chan_sip",), "chan_sip"),
    ],
)
def test_of_both_pjsip_is_preferred_where_it_can_be(
    requested: str, candidates: tuple[str, ...], driver: str
) -> None:
    both = Installed("16.28.0", ("pjsip", "chan_sip"), {})
    assert choose_driver(requested, both, candidates=candidates) == driver


@pytest.mark.parametrize("requested", ["auto", "chan_sip"])
def test_chooses_what_is_there(requested: str) -> None:
    assert choose_driver(requested, Installed("16.28.0", ("chan_sip",), {})) == "chan_sip"


@pytest.mark.parametrize("requested", ["auto", "chan_sip"])
def test_without_a_driver_the_error_names_trunk_version_reason_and_way_out(requested: str) -> None:
    bare = Installed("22.1.0", (), {"chan_sip": "there is no chan_sip.so in /usr/lib/asterisk/modules"})
    with pytest.raises(SipTrunkError) as error:
        choose_driver(requested, bare, trunks=["smartvox"])
    for word in (
        "smartvox",
        "22.1.0",
        "chan_sip",
        "no chan_sip.so in /usr/lib/asterisk/modules",
        "chan_sip is in Debian 11's package",
    ):
        assert word in str(error.value)
