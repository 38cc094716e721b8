# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_paths

PEER = "[provider]\ntype=peer\nhost=192.0.2.1\n"
ENDPOINT = "[provider]\ntype=endpoint\n"


def write(directory: Path, **files: str) -> None:
    for name, text in files.items():
        (directory / f"{name}.conf").write_text(text)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("sip.conf", PEER, "sip.conf"),
        ("sip_custom.conf", "", "sip.conf"),
        ("sip_notify.conf", "[reboot]\nEvent=>check-sync\n", None),
        ("pjsip.endpoint.conf", "", "pjsip.conf"),
        ("pjsip_notify.conf", "[reboot]\nEvent=>check-sync\n", None),
        ("pjsip_wizard_trunks.conf", "", "pjsip_wizard.conf"),
        ("extensions_custom.conf", "", "extensions.conf"),
        # The content tells.
        ("trunks.conf", PEER, "sip.conf"),
        ("trunks.conf", ENDPOINT, "pjsip.conf"),
        ("queues.conf", "[support]\nstrategy=ringall\n", None),
    ],
)
def test_which_file_one_is(tmp_path: Path, name: str, text: str, kind: Optional[str]) -> None:
    path = tmp_path / name
    path.write_text(text)
    (pbx,) = from_paths([str(path)])
    assert pbx.kinds.get(str(path)) == kind


def test_a_driver_overrules_the_content(tmp_path: Path) -> None:
    write(tmp_path, trunks=PEER)
    (pbx,) = from_paths([str(tmp_path / "trunks.conf")], driver="pjsip")
    assert pbx.pjsip and not pbx.sip


def test_a_directory_is_one_pbx(tmp_path: Path) -> None:
    write(
        tmp_path, sip="#include part.conf\n", part=PEER, pjsip=ENDPOINT, pjsip_wizard="", modules="", other=""
    )
    (pbx,) = from_paths([str(tmp_path)])
    assert pbx.sip and pbx.pjsip and pbx.wizard and pbx.modules and not pbx.dialplan
    assert {Path(path).name for path in pbx.texts} == {
        *("sip.conf", "part.conf", "pjsip.conf", "pjsip_wizard.conf", "modules.conf")
    }


def test_files_of_one_directory_are_one_pbx_unless_one_could_stand_for_the_other(tmp_path: Path) -> None:
    write(tmp_path, sip=PEER, extensions="", sip_other=PEER)
    paths = [str(tmp_path / name) for name in ("sip.conf", "extensions.conf", "sip_other.conf")]
    first, second = from_paths(paths)
    assert first.sip and first.dialplan and second.sip and not second.dialplan


def test_a_form_is_a_peer(tmp_path: Path) -> None:
    write(tmp_path, paste="type=peer\nhost=192.0.2.1&secret=x\n")
    (pbx,) = from_paths([str(tmp_path / "paste.conf")])
    assert pbx.sip and len(pbx.sip.accounts) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sip_general.conf", "[general](+)\nqualify=yes\n"),
        ("pjsip.endpoint.conf", ENDPOINT + "aors=provider\n"),
    ],
)
def test_a_part_may_not_have_it_all(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    (pbx,) = from_paths([str(path)])
    view = pbx.sip or pbx.pjsip
    assert view and view.is_part


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        list(from_paths([str(tmp_path / "sip.conf")]))
    with pytest.raises(ConfigError, match="has none of sip.conf"):
        list(from_paths([str(tmp_path)]))
