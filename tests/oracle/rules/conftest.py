# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Asterisk 16 with chan_sip, and an Asterisk 16 and a 22 with chan_pjsip."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Iterator, Mapping

import pytest

from ..conftest import CONFIG as CHAN_SIP_CONFIG
from ..conftest import Asterisk, container, wait_until_booted
from ..test_pjsip import IMAGES, MODULES, TRANSPORTS
from .pbx import ADDRESSES, EXTENSIONS, Pbx

# What answers a call, and what asks for a password.
EVERYWHERE = (
    "res_sorcery_config",
    "res_pjproject",
    "res_rtp_asterisk",
    "pbx_config",
    "app_dial",
    "codec_alaw",
    "codec_ulaw",
    "bridge_simple",
)
# What a rule is about, and no trunk of ours needs.
PJSIP_BESIDES = (
    "res_pjsip_config_wizard",
    "res_pjsip_registrar",
    "res_pjsip_endpoint_identifier_anonymous",
)
# Strangers are refused where an example does not say otherwise. Port 5060 of all other addresses is the callers'.
CHAN_SIP_BASE = "udpbindaddr=127.0.0.1:5060\nallowguest=no\n"


@pytest.fixture(scope="session")
def chan_sip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    files = {**CHAN_SIP_CONFIG, "modules.conf": modules("chan_sip"), "sip.conf": ""}
    with running(IMAGES["16"], tmp_path_factory.mktemp("chan_sip"), files) as asterisk:
        yield Pbx(asterisk, "sip.conf", CHAN_SIP_BASE, ("127.0.0.1", 5060), "16")


@pytest.fixture(scope="session", params=IMAGES)
def pjsip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    with started_pjsip(request.param, tmp_path_factory.mktemp("pjsip")) as pbx:
        yield pbx


@contextlib.contextmanager
def started_pjsip(version: str, directory: Path) -> Iterator[Pbx]:
    plain = {name: text for name, text in CHAN_SIP_CONFIG.items() if name != "sip.conf"}
    files = {**plain, "modules.conf": modules(*PJSIP_BESIDES, *MODULES), "pjsip.conf": TRANSPORTS}
    files["pjsip_wizard.conf"] = ""
    with running(IMAGES[version], directory, files) as asterisk:
        yield Pbx(asterisk, "pjsip.conf", TRANSPORTS, ("127.0.0.1", 5070), version)


def modules(*names: str) -> str:
    return "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in (*EVERYWHERE, *names))


@contextlib.contextmanager
def running(image: str, directory: Path, files: Mapping[str, str]) -> Iterator[Asterisk]:
    directory.chmod(0o755)
    for name, text in {**files, "extensions.conf": EXTENSIONS, "marker.conf": ""}.items():
        (directory / name).write_text(text)
    options = ["--network", "none", "--cap-add", "NET_ADMIN", "--volume", f"{directory}:/etc/asterisk"]
    with container(image, options, "asterisk", "-f", "-n") as name:
        wait_until_booted(name)
        asterisk = Asterisk(name, directory)
        try:
            asterisk.run("sh", "-c", ADDRESSES)
            yield asterisk
        finally:
            asterisk.close()
