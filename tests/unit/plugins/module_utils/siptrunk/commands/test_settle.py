# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import (
    last_change,
    probe,
    states,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.__main__ import main
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import (
    Contact,
    Outcome,
    Wish,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.wire import Place

MAIN: dict[str, Any] = {
    "name": "main",
    "provider": {"host": "sip.example.com"},
    "registration": {"user": "4321", "secret": "canary", "contact": "1234"},
}


def change(directory: Path, *trunks: dict[str, Any]) -> None:
    pbx = states.Pbx(str(directory), chan_sip, "included", Attributes(os.getuid(), os.getgid(), 0o640))
    planned = states.plan("overridden", trunks, pbx)
    earlier = last_change.unproven(str(directory))
    last_change.carry_out(planned, str(directory), earlier, chan_sip.NAME)


def provider(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The contacts that the provider has, and forgets when the account of MAIN tells it to."""
    contacts = ["sip:1234@192.0.2.9:5060"]

    def asked(wish: Wish, via: Optional[Uri] = None) -> Outcome:
        assert (wish.user, wish.secret) == ("4321", "canary")
        if wish.remove:
            contacts.remove(wish.remove)
        bound = tuple(map(Contact, contacts))
        return Outcome("accepted", None, "200 OK", own=Place("192.0.2.9", 40000), contacts=bound)

    monkeypatch.setattr(probe, "probe", asked)
    return contacts


@pytest.fixture
def pbx(tmp_path: Path) -> Path:
    (tmp_path / "sip.conf").write_text("[general]\n")
    (tmp_path / "extensions.conf").write_text("")
    return tmp_path


def test_nothing_to_settle(pbx: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settle", "--config-dir", str(pbx)]) == 0
    assert capsys.readouterr().out == "" and last_change.last(str(pbx)) is None


def test_a_change_is_proven_then(pbx: Path) -> None:
    change(pbx, MAIN)
    assert main(["settle", "--config-dir", str(pbx)]) == 0
    settled = last_change.last(str(pbx))
    assert settled and settled.proven_at and settled.files and not settled.reload


def test_what_is_gone_is_unregistered_with_the_account_of_before(
    pbx: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = provider(monkeypatch)
    change(pbx, MAIN)
    main(["settle", "--config-dir", str(pbx)])
    change(pbx)
    assert main(["settle", "--config-dir", str(pbx)]) == 0
    said = capsys.readouterr().out
    assert contacts == [] and said.startswith("trunk main: unregistered") and "canary" not in said


def test_an_account_that_is_back_is_not_disturbed(
    pbx: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(pbx, MAIN)
    main(["settle", "--config-dir", str(pbx)])
    change(pbx, {**MAIN, "registration": {"user": "another", "secret": "canary"}})
    change(pbx, MAIN)
    change_now = last_change.unproven(str(pbx))
    assert change_now.left == ("main",)
    monkeypatch.setattr(probe, "probe", None)
    assert main(["settle", "--config-dir", str(pbx)]) == 0
    assert capsys.readouterr().out == ""


def test_an_account_that_is_not_known_any_more_is_told(pbx: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(pbx, MAIN)
    change(pbx)
    assert main(["settle", "--config-dir", str(pbx)]) == 0
    assert "its account is not known any more" in capsys.readouterr().out


def test_what_comes_with_a_change_is_unregistered_before_that_is_undone(
    pbx: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = provider(monkeypatch)
    change(pbx, {**MAIN, "registration": {"user": "another", "secret": "canary"}})
    main(["settle", "--config-dir", str(pbx)])
    change(pbx, MAIN)
    assert main(["unregister", "--config-dir", str(pbx)]) == 0
    said = capsys.readouterr().out
    assert contacts == [] and said.startswith("trunk main: unregistered") and "canary" not in said


def test_what_was_there_before_the_change_stays_when_that_is_undone(
    pbx: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "probe", None)
    change(pbx, MAIN)
    main(["settle", "--config-dir", str(pbx)])
    change(pbx, {**MAIN, "name": "renamed", "media": {"codecs": ["ulaw"]}})
    assert main(["unregister", "--config-dir", str(pbx)]) == 0
    assert capsys.readouterr().out == ""


def test_where_nothing_can_be_undone_nothing_is_unregistered(
    pbx: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "probe", None)
    change(pbx, MAIN)
    main(["settle", "--config-dir", str(pbx)])
    change(pbx, {**MAIN, "registration": {"user": "another", "secret": "canary"}})
    for backup in pbx.glob("*.conf~"):
        backup.unlink()
    assert main(["unregister", "--config-dir", str(pbx)]) == 2
    assert "its backup" in capsys.readouterr().err
