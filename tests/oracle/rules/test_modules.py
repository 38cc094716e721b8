# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what the trunks need is loaded, and has its port. Modules count at a start: each example has its own."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Iterator, Mapping

import pytest

from ..conftest import CONFIG as CHAN_SIP_CONFIG
from ..test_pjsip import IMAGES
from .conftest import running
from .pbx import LOG, Pbx, examples


@contextlib.contextmanager
def started(directory: Path, files: Mapping[str, str], version: str = "16") -> Iterator[Pbx]:
    plain = {name: CHAN_SIP_CONFIG[name] for name in ("asterisk.conf", "logger.conf", "manager.conf")}
    directory.mkdir()
    with running(IMAGES[version], directory, {**plain, **files}) as asterisk:
        yield Pbx(asterisk, "sip.conf", "", ("127.0.0.1", 5060), version)


def test_MOD001(tmp_path: Path) -> None:
    for files, bad in examples("MOD001"):
        with started(tmp_path / str(bad), files) as pbx:
            assert ("provider" in pbx.cli("sip show peers")) == (not bad)


@pytest.mark.parametrize("version", IMAGES)
def test_MOD002(version: str, tmp_path: Path) -> None:
    for files, bad in examples("MOD002"):
        with started(tmp_path / str(bad), files, version) as pbx:
            assert ("192.0.2.1" in pbx.cli("pjsip show identifies")) == (not bad)


@pytest.mark.parametrize("module", ["res_pjproject", "res_pjsip", "res_pjsip_session", "chan_pjsip"])
def test_needed_by_pjsip(module: str, tmp_path: Path) -> None:
    """Without any of them, chan_pjsip does not run. Without res_sorcery_config, Asterisk does not."""
    (files,) = [files for files, bad in examples("MOD002") if not bad]
    modules = files["modules.conf"] + f"noload={module}.so\n"
    with started(tmp_path / "etc", {**files, "modules.conf": modules}, "22") as pbx:
        assert "Running" not in pbx.cli("module show like chan_pjsip")


def test_MOD003(tmp_path: Path) -> None:
    for files, bad in examples("MOD003"):
        with started(tmp_path / str(bad), files) as pbx:
            log = pbx.asterisk.run("cat", LOG)
            assert ("chan_sip.c: Failed to bind to 0.0.0.0:5060: Address already in use" in log) == bad
