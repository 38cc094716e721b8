# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import (
    deployment,
    last_change,
    states,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip, pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.last_change import FILENAME, Change


def trunk(name: str, secret: str = "canary", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "provider": {"host": f"{name}.example.com"},
        "registration": {"user": "4321", "secret": secret},
        **more,
    }


@pytest.fixture(params=["chan_sip", "pjsip"])
def pbx(request: pytest.FixtureRequest, tmp_path: Path) -> states.Pbx:
    (tmp_path / "extensions.conf").write_text("; by hand\n")
    (tmp_path / "sip.conf").write_text("[general]\n")
    (tmp_path / "pjsip.conf").write_text("[udp]\ntype = transport\nbind = 0.0.0.0\n")
    attributes = Attributes(os.getuid(), os.getgid(), 0o640)
    if request.param == "pjsip":
        return states.Pbx(str(tmp_path), pjsip, "included", attributes, catalogue=of_release("16.28.0"))
    return states.Pbx(str(tmp_path), chan_sip, "included", attributes)


def change(pbx: states.Pbx, *trunks: dict[str, Any]) -> Change:
    """As the module does it."""
    planned = states.plan("overridden", trunks, pbx)
    earlier = last_change.unproven(pbx.config_dir)
    return last_change.carry_out(planned, pbx.config_dir, earlier, pbx.driver.NAME)


def forced(pbx: states.Pbx, name: str) -> tuple[str, ...]:
    """Maybe Asterisk runs with it already: then a reload of chan_pjsip registers nothing."""
    return (f"pjsip send register {name}",) if pbx.driver is pjsip else ()


def prove(pbx: states.Pbx) -> None:
    # A file that is written later has a later time.
    last_change.settle(pbx.config_dir, time.time() + 0.01)


def texts(pbx: states.Pbx) -> dict[str, str]:
    """All files but the backups."""
    return {path.name: path.read_text() for path in Path(pbx.config_dir).iterdir() if path.suffix[-1:] != "~"}


def test_a_change_that_nobody_reloaded_is_to_be_reloaded_although_nothing_changes_then(
    pbx: states.Pbx,
) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    first = change(pbx, trunk("main", "another-canary"))
    again = change(pbx, trunk("main", "another-canary"))
    assert again.files == first.files and again.undo == first.undo
    assert again.reload == (pbx.driver.RELOAD, *forced(pbx, "main")) and again.registers == ("main",)


def test_what_is_proven_is_not_to_be_done_again(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    assert change(pbx, trunk("main")) == Change()


def test_the_configuration_to_return_to_is_the_last_one_that_was_proven(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    proven = texts(pbx)
    change(pbx, trunk("main", "wrong"))
    change(pbx, trunk("main", "wrong-again"), trunk("second"))
    last_change.put_back(pbx.config_dir)
    assert texts(pbx) == proven


def test_what_was_not_there_goes_again(pbx: states.Pbx) -> None:
    before = texts(pbx)
    change(pbx, trunk("main"))
    change(pbx, trunk("main", "wrong"))
    last_change.put_back(pbx.config_dir)
    assert texts(pbx) == before


def test_what_was_put_back_is_to_be_reloaded_until_it_is_proven(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    change(pbx, trunk("main", "wrong"))
    last_change.put_back(pbx.config_dir)
    again = change(pbx, trunk("main"))
    assert again.files == () and again.registers == ("main",)
    assert again.reload == (pbx.driver.RELOAD, *forced(pbx, "main"))
    prove(pbx)
    assert not os.path.exists(os.path.join(pbx.config_dir, FILENAME))


def test_a_proven_change_can_be_undone_later_and_once(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    proven = texts(pbx)
    change(pbx, trunk("second"))
    prove(pbx)
    undone = last_change.put_back(pbx.config_dir)
    assert texts(pbx) == proven and undone.registers == ("main",)
    prove(pbx)
    with pytest.raises(SipTrunkError, match="no earlier configuration"):
        last_change.put_back(pbx.config_dir)


def test_a_record_of_an_earlier_version_is_read(pbx: states.Pbx) -> None:
    made = change(pbx, trunk("main"))
    path = Path(pbx.config_dir, FILENAME)
    path.write_text(json.dumps({**json.loads(path.read_text()), "touched": ["main"]}))
    assert last_change.unproven(pbx.config_dir) == made


def test_what_was_changed_by_hand_since_is_not_lost(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    by_hand = Path(pbx.config_dir, pbx.driver.MAIN)
    by_hand.write_text(by_hand.read_text() + "; by hand\n")
    os.utime(by_hand, (time.time() + 60, time.time() + 60))
    there = texts(pbx)
    with pytest.raises(SipTrunkError, match=f"{pbx.driver.MAIN}.* was changed after"):
        last_change.put_back(pbx.config_dir)
    assert texts(pbx) == there


def test_a_backup_that_is_gone_is_told_and_nothing_is_changed(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    there = texts(pbx)
    os.unlink(os.path.join(pbx.config_dir, "extensions.conf~"))
    with pytest.raises(SipTrunkError, match="extensions.conf~ is gone"):
        last_change.put_back(pbx.config_dir)
    assert texts(pbx) == there


class Killed(BaseException):
    """Nobody catches it but the test."""


@pytest.mark.parametrize("kill_at", range(8))
def test_whoever_is_killed_while_writing_leaves_what_undoes_it(
    pbx: states.Pbx, kill_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    proven = texts(pbx)
    writes = iter(range(100))

    def write(path: str, text: str, attributes: Attributes) -> None:
        if next(writes) == kill_at:
            # Nobody who is killed cleans up.
            monkeypatch.setattr(deployment, "_undo", lambda *_file: None)
            monkeypatch.setattr(last_change, "_store", lambda *_change: None)
            raise Killed
        real(path, text, attributes)

    real = deployment.write_text
    monkeypatch.setattr(deployment, "write_text", write)
    with contextlib.suppress(Killed):
        change(pbx, trunk("main", "wrong"), trunk("second"))
    monkeypatch.undo()
    if texts(pbx) != proven:
        assert last_change.unproven(pbx.config_dir).reload
        last_change.put_back(pbx.config_dir)
    assert texts(pbx) == proven


@pytest.mark.parametrize("kill_at", range(10))
def test_whoever_is_killed_while_putting_back_can_begin_again(
    pbx: states.Pbx, kill_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    proven = texts(pbx)
    change(pbx, trunk("main", "wrong"), trunk("second"))
    steps = iter(range(100))

    def cut_off(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **more: Any) -> Any:
            if next(steps) == kill_at:
                raise Killed
            return real(*arguments, **more)

        return step

    for name in ("replace", "unlink"):
        monkeypatch.setattr(os, name, cut_off(getattr(os, name)))
    with contextlib.suppress(Killed):
        last_change.put_back(pbx.config_dir)
    monkeypatch.undo()
    if texts(pbx) != proven:
        last_change.put_back(pbx.config_dir)
    assert texts(pbx) == proven


def test_no_record_speaks_of_backups_that_are_being_replaced(
    pbx: states.Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    change(pbx, trunk("second"))
    prove(pbx)

    def back_up(path: str) -> str:
        assert last_change.last(pbx.config_dir) is None
        return real(path)

    real = deployment.back_up
    monkeypatch.setattr(deployment, "back_up", back_up)
    change(pbx, trunk("third"))


def test_a_write_that_fails_leaves_no_trace(pbx: states.Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str, text: str, attributes: Attributes) -> None:
        raise OSError("No space left on device")

    before = texts(pbx)
    monkeypatch.setattr(deployment, "write_text", fail)
    with pytest.raises(OSError, match="No space"):
        change(pbx, trunk("main"))
    assert texts(pbx) == before and last_change.last(pbx.config_dir) is None


def test_the_record_is_for_root_alone_and_holds_no_secret(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    path = Path(pbx.config_dir, FILENAME)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "canary" not in path.read_text()


def test_a_removed_trunk_leaves_its_contact_with_chan_sip(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"), trunk("second"))
    prove(pbx)
    gone = change(pbx, trunk("main"))
    assert gone.left == (("second",) if pbx.driver is chan_sip else ())
    # It comes back before anybody has looked.
    assert change(pbx, trunk("main"), trunk("second")).left == ()


def test_a_trunk_with_another_account_leaves_the_contact_of_the_first_one(pbx: states.Pbx) -> None:
    another = {**trunk("main"), "registration": {"user": "another", "secret": "canary"}}
    left = ("main",) if pbx.driver is chan_sip else ()
    change(pbx, trunk("main"))
    prove(pbx)
    assert change(pbx, another).left == left
    # Whoever comes next, before anybody has looked, knows it as well.
    assert change(pbx, another).left == left


def test_an_account_that_has_another_name_now_leaves_nothing(pbx: states.Pbx) -> None:
    change(pbx, trunk("main"))
    prove(pbx)
    assert change(pbx, {**trunk("main"), "name": "renamed"}).left == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "siptrunk.change/9"}'])
def test_what_is_no_record_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILENAME).write_text(text)
    with pytest.raises(SipTrunkError, match="is no record of a change"):
        last_change.last(str(tmp_path))
