# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.telephony.asterisk.plugins.filter.adopted import FilterModule

adopted = FilterModule().filters()["adopted"]
TRUNKS: list[dict[str, Any]] = [
    {
        "name": "main.line-1",
        "provider": {"host": "sip.example.com", "port": 5070},
        "registration": {"user": "0123", "secret": "a'b\"c: #{{ x }}é\\", "contact": "1e3"},
        "outbound": {"auth": "own", "user": "yes", "secret": "{% raw %}"},
        "description": "{{ not a template }}",
        "inbound": {"trust": [], "numbers": {"0049": {"goto": "internal,100,1"}}},
        "media": {"codecs": ["alaw", "ulaw"]},
        "options": {"endpoint": {"set_var": ["A=1", "B={{ 2 }}"]}},
    },
    {"name": "-x_", "provider": {"host": "192.0.2.1"}, "registration": {"user": "u", "secret_md5": "0" * 32}},
    {"name": "plain", "provider": {"host": "192.0.2.2"}},
]


@pytest.fixture
def files() -> dict[str, str]:
    found: dict[str, str] = adopted(TRUNKS, "pjsip", "in_place")
    return found


def test_ansible_reads_the_same_trunks_from_the_two_files(files: dict[str, str], tmp_path: Path) -> None:
    loader, variables = DataLoader(), {}
    for name, text in files.items():
        path = tmp_path / f"{name}.yml"
        path.write_text(text)
        variables.update(loader.load_from_file(str(path), trusted_as_template=True))
    templar = Templar(loader=loader, variables=variables)
    assert templar.template(variables["sip_trunks"]) == TRUNKS
    assert (variables["trunk_driver"], variables["trunk_layout"]) == ("pjsip", "in_place")


def test_secrets_are_in_the_vault_only(files: dict[str, str]) -> None:
    assert "secret: \"{{ vault_sip_trunks['main.line-1'].registration.secret }}\"" in files["trunks"]
    assert "secret_md5: \"{{ vault_sip_trunks['-x_'].registration.secret_md5 }}\"" in files["trunks"]
    assert "raw" not in files["trunks"] and "0000" not in files["trunks"] and "a'b" not in files["trunks"]
    assert "plain" not in files["vault"] and "ansible-vault encrypt" in files["vault"]


def test_without_secrets_there_is_an_empty_vault() -> None:
    assert adopted(TRUNKS[2:], "chan_sip", "freepbx")["vault"].endswith("\nvault_sip_trunks: {}\n")
