# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys
from typing import Any, Dict, List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint import declared as module
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.declared import (
    Declared,
    declared,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Finding
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.views import Pbx

ACCOUNT = 'registration: {user: "0301234567", secret: "{{ vault_t }}"}'
TRUNK = f"""\
sip_trunks:
  - name: t
    provider: {{host: sip.example.com}}
    {ACCOUNT}
"""
VAULTED = """\
    outbound:
      auth: own
      user: "0301234567"
      secret: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6162
"""
HUSH = "hush-hush"


def of(text: str, **more: Any) -> Declared:
    return declared("group_vars/pbx.yml", text, **more)


def found(text: str, **more: Any) -> List[Tuple[str, Optional[int], Optional[str]]]:
    return [(one.rule, one.line, one.option) for one in of(text, **more).findings]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "- hosts: all\n  roles: [telephony.asterisk.trunk]\n",
        "sip_trunks: '{{ trunks }}'\n",
        "sip_trunks: []\n",
        TRUNK,
        TRUNK + VAULTED,
        TRUNK
        + "    enabled: yes\n    provider_note: !unsafe '{{ x }}'\n".replace(
            "    provider_note: !unsafe '{{ x }}'\n", ""
        ),
        # Ansible converts these.
        TRUNK.replace("example.com}", 'example.com, port: "5060"}') + '    enabled: "yes"\n',
        TRUNK + "    inbound: {trust: 192.0.2.1, trust_identity: 1}\n    description: 12\n",
    ],
)
def test_nothing_is_wrong(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("before", "indent"),
    [
        ("", ""),
        ("---\nother: 1\nnested: {sip_trunks: '{{ x }}'}\n", ""),
        ("- hosts: all\n  vars:\n", "    "),
        ("all:\n  hosts:\n    pbx:\n", "      "),
        ("---\nother: 1\n---\n", ""),
    ],
)
def test_where_trunks_are(before: str, indent: str) -> None:
    text = before + "".join(f"{indent}{line}\n" for line in TRUNK.replace("host:", "hots:").splitlines())
    line = before.count("\n") + 3
    assert found(text) == [("VAR003", line, "provider.host"), ("VAR003", line, "provider.hots")]
    assert of(text).trunks == 1


def test_a_bare_list_and_a_task() -> None:
    bare = TRUNK.partition("\n")[2]
    wrong = bare.replace("name: t", "name: 7t")
    assert found(bare) == []
    assert found(wrong) == [("VAR003", 1, "name")]
    task = "- telephony.asterisk.sip_trunks:\n    trunks:\n" + "".join(
        f"  {line}\n" for line in wrong.splitlines()
    )
    assert found(task) == [("VAR003", 3, "name")]
    # What these do not say stands on the PBX.
    assert found(task + "    state: merged\n") == []
    assert found("trunk_state: merged\nsip_trunks: [{name: t, registration: {secret: geheim}}]\n") == [
        ("VAR001", 2, "registration.secret")
    ]


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (HUSH, ["VAR001"]),
        (f'"{HUSH}"', ["VAR001"]),
        (f"!unsafe {HUSH}", ["VAR001"]),
        ("12345", ["VAR001", "VAR002"]),
        ("'{{ vault }}'", []),
        ("!vault x", []),
        ("'{% if a %}b{% endif %}'", []),
        ('{"__ansible_vault": "x"}', []),
    ],
)
@pytest.mark.parametrize("group", ["registration", "outbound"])
def test_secrets(secret: str, expected: List[str], group: str) -> None:
    """VAR001, wherever it stands."""
    text = TRUNK
    if group == "registration":
        text = text.replace('"{{ vault_t }}"', secret)
    else:
        text += f"    outbound: {{auth: own, user: u, secret: {secret}}}\n"
    line = 4 if group == "registration" else 5
    assert found(text) == [(rule, line, f"{group}.secret") for rule in expected]


def test_no_secret_is_told() -> None:
    text = TRUNK.replace('"{{ vault_t }}"', HUSH) + (
        f"    outbound:\n      secret: |\n        {HUSH}\n        {HUSH}\n"
        f"    options: {{auth: {{password: {HUSH}}}, peer: {{md5secret: {HUSH}, x: 1}}}}\n    ünbekannt: 1\n"
    )
    read = of(text)
    assert {one.rule for one in read.findings} == {"VAR001", "VAR003"}
    assert HUSH not in repr(read)
    assert read.text.count("\n") == text.count("\n")
    assert read.text.splitlines()[3] == TRUNK.splitlines()[3].replace('"{{ vault_t }}"', "********")


def test_places() -> None:
    (finding,) = of(TRUNK.replace("name: t", "name: ünd")).findings
    assert (finding.line, finding.column, finding.end_column) == (2, 11, 14)
    assert (finding.section, finding.option) == ("ünd", "name")
    (missing,) = of(TRUNK.replace("provider: {host: sip.example.com}", "enabled: true")).findings
    assert (missing.line, missing.column, missing.option) == (2, 11, "provider")
    assert "is missing" in missing.why


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("registration.user", "0301234567"),
        ("registration.user", "0123"),
        ("registration.contact", "1234"),
        ("outbound.caller_id", "+493012345"),
        ("inbound.numbers", "{1234: {goto: 'inside,100,1'}}"),
    ],
)
def test_digits(field: str, value: str) -> None:
    """VAR002; YAML makes another number of some of them."""
    group, _dot, key = field.partition(".")
    account = "{user: u, secret: '{{ s }}'}"
    text = f"- name: t\n  provider: {{host: sip.example.com}}\n  registration: {account}\n"
    if group == "registration":
        text = text.replace(
            "{user", f"{{{key}: {value}, user" if key != "user" else f"{{user: {value}, no"
        ).replace("no: u, ", "")
    else:
        text += f"  {group}: {{{key}: {value}, {'from_caller: true' if group == 'outbound' else ''}}}\n"
    line = 3 if group == "registration" else 4
    assert ("VAR002", line, field) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        TRUNK.replace("name: t", 'name: "{{ name }}"'),
        TRUNK.replace("sip.example.com", '"{{ host }}"'),
        TRUNK.replace("{host: sip.example.com}", '"{{ provider }}"'),
        TRUNK.replace(ACCOUNT, 'registration: "{{ account }}"'),
        TRUNK.replace('"0301234567"', '"{{ user }}"'),
        TRUNK + '    outbound: {auth: "{{ auth }}", user: u}\n',
        TRUNK + '    inbound: {trust: "{{ hosts }}", permit: ["{{ net }}"]}\n',
        TRUNK + "    inbound: {numbers: {'{{ number }}': {goto: 'inside,100,1'}}}\n",
        TRUNK + '    options: {peer: {busylevel: "{{ level }}"}}\n',
        TRUNK + '    enabled: "{{ on }}"\n    nat: {keepalive: "{{ seconds }}"}\n',
        'sip_trunks: ["{{ one }}", !vault x]\n',
        TRUNK + TRUNK.partition("\n")[2].replace("name: t", 'name: "{{ other }}"'),
        TRUNK
        + TRUNK.partition("\n")[2].replace("name: t", "name: u").replace("sip.example.com", '"{{ host }}"'),
    ],
)
def test_templates_are_not_known(text: str) -> None:
    assert found(text) == []


def test_what_is_known_beside_templates() -> None:
    text = (
        TRUNK.replace("sip.example.com", '"{{ host }}", port: 99999, prot: 1')
        + "    media: {codecs: [pcma]}\n"
    )
    text += "    inbound: 5\n"
    assert found(text) == [
        ("VAR003", 3, "provider.port"),
        ("VAR003", 3, "provider.prot"),
        ("VAR003", 5, "media.codecs"),
        ("VAR003", 6, "inbound"),
    ]


def test_trunks_together() -> None:
    second = TRUNK.partition("\n")[2]
    assert found(TRUNK + second)[0] == ("VAR003", 5, "name")
    other = second.replace("name: t", "name: u")
    assert found(TRUNK + other) == [("VAR003", 5, "inbound.trust"), ("VAR003", 7, "registration.user")]


def test_drivers() -> None:
    """VAR004 where one of both cannot have it; with a driver, that one counts."""
    text = TRUNK + "    outbound:\n      from_domain: 2001:db8::1\n"
    assert found(text) == [("VAR004", 6, "outbound.from_domain")]
    assert found(text, driver="pjsip") == []
    assert found(text, driver="chan_sip") == [("VAR003", 6, "outbound.from_domain")]
    for option in ("peer: {foo: 1}", "endpoint: {foo: 1}"):
        kind = option.partition(":")[0]
        assert found(TRUNK + f"    options: {{{option}}}\n") == [("VAR003", 5, f"options.{kind}.foo")]


def test_rules_of_the_files_that_would_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they find stands where the trunk, or its raw option, is declared."""
    text = TRUNK + "    options:\n      peer:\n        subscribecontext: x\n"
    assert found(text) == []

    def rules(pbx: Pbx) -> List[Finding]:
        (section,) = [one for one in pbx.sip.accounts if one.name == "t-in"] if pbx.sip else [None]
        lines = [section.last("subscribecontext"), section.last("host")] if section else []
        spots = [(line.path, line.line, "t-in", line.key) for line in lines if line]
        return [Finding("SIP999", "warning", *spot, why="why", fix="fix") for spot in spots]

    monkeypatch.setattr(module, "findings", rules)
    assert found(text) == [("SIP999", 2, None), ("SIP999", 7, "options.peer.subscribecontext")]
    assert [one.section for one in of(text).findings] == ["t", "t"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRUNK + "    name: u\n", [("VAR005", 5, "name")]),
        (TRUNK + "base: &base {a: 1}\nother: {<<: *base, a: 2}\n", []),
        (TRUNK + "other: 1\nother: 2\n", []),
        ("sip_trunks: [\n", [("VAR006", 2, None)]),
        ("sip_trunks: {{ x }\n", [("VAR006", 2, None)]),
        ("a: !!python/object:x {}\nsip_trunks: 5\n", [("VAR003", 2, None)]),
        ("[" * 50 + "]" * 50, []),
        ("[" * 100 + "]" * 100, [("VAR006", 1, None)]),
        ("[" * 100000, [("VAR006", 1, None)]),
        ("a: " + "9" * 5000, [("VAR006", None, None)]),
        ("a: 0x" + "f" * 5000, [("VAR006", 1, None)]),
        ("a: &a [*a]\n", [("VAR006", None, None)]),
        ("sip_trunks:\n  - 5\n  - [x]\n", [("VAR003", 2, "trunk"), ("VAR003", 3, "trunk")]),
        ("sip_trunks: {t: {provider: {host: a}}}\n", [("VAR003", 1, None)]),
        ("sip_trunks: {type: list, elements: dict}\n", []),
    ],
)
def test_yaml(text: str, expected: List[Tuple[str, int, Optional[str]]]) -> None:
    assert found(text) == expected


def test_merged_keys_count() -> None:
    text = "usual: &usual\n  provider: {host: 256.1.1.1}\nsip_trunks:\n  - <<: *usual\n    name: t\n"
    assert found(text) == [("VAR003", 2, "provider.host")]


def test_many_aliases() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert found(text) == [("VAR006", None, None)]


def test_an_encrypted_file() -> None:
    with pytest.raises(ConfigError, match="is encrypted as a whole"):
        of("$ANSIBLE_VAULT;1.1;AES256\n6162\n")


DATA: Dict[str, Any] = {
    "sip_trunks": [
        {
            "name": "7t",
            "provider": {"host": "sip.example.com"},
            "registration": {"user": "u", "secret": {"__ansible_vault": "x"}},
        }
    ]
}


def test_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(json.dumps(DATA, indent=1)) == [("VAR003", 4, "name")]
    assert found(json.dumps(DATA, indent="\t")) == [("VAR003", 4, "name")]
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert found(json.dumps(DATA)) == [("VAR003", None, "name")]
    with pytest.raises(ConfigError, match="install PyYAML"):
        of(TRUNK)
    broken = declared("trunks.json", "{]")
    assert [(one.rule, one.line, one.column) for one in broken.findings] == [("VAR006", 1, 2)]
    assert found("[" * 100 + "]" * 100) == [("VAR006", None, None)]


@pytest.mark.parametrize(
    "trust", ["[192.0.2.1]", "[192.0.2.1, 192.0.2.2]", "\n        - 192.0.2.1", "192.0.2.1", "[]"]
)
def test_a_list_of_hosts(trust: str) -> None:
    assert found(TRUNK + f"    inbound:\n      trust: {trust}\n") == []
