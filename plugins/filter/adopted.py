# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ``adopted`` filter: trunks that were read from a PBX as YAML for the inventory, their secrets apart."""

from __future__ import annotations

DOCUMENTATION = r"""
name: adopted
short_description: Turn trunks that were read from a PBX into files for the inventory
version_added: 0.3.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Writes the trunks of C(siptrunk parse --reveal-secrets) as YAML that the role and the module take.
  - The secrets go into a text of their own, which is ready for C(ansible-vault encrypt). The trunks refer to them.
positional: driver, layout
options:
  _input:
    description: The trunks, in the form of O(telephony.asterisk.sip_trunks#module:trunks).
    type: list
    elements: dict
    required: true
  driver:
    description: The channel driver that they were read for.
    type: string
    required: true
  layout:
    description: Where they stand.
    type: string
    required: true
"""

EXAMPLES = r"""
- name: Write the trunks
  ansible.builtin.copy:
    content: "{{ ((parsed.stdout | from_json).trunks | telephony.asterisk.adopted('pjsip', 'in_place')).trunks }}"
    dest: host_vars/pbx/sip_trunks.yml
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The two texts, C(trunks) and C(vault).
  type: dict
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Callable

import yaml
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.secrets import SECRET_FIELDS

VAULT = "vault_sip_trunks"
ABOUT_TRUNKS = "# Read from the PBX by telephony.asterisk.adopt.\n"
ABOUT_VAULT = (
    "# The secrets of sip_trunks.yml. Encrypt this file before anybody else can see it:\n"
    "#   ansible-vault encrypt sip_trunks_vault.yml\n"
)
# What Ansible would take for a template.
TEMPLATE = re.compile(r"\{[{%#]")


class Reference(str):
    """A template that is meant as one."""


class Dumper(yaml.SafeDumper):
    """Block style, lists indented as yamllint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    return (
        dumper.represent_scalar("!unsafe", text, "'") if TEMPLATE.search(text) else dumper.represent_str(text)
    )


Dumper.add_representer(str, _text)
Dumper.add_representer(
    Reference, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), '"')
)


def adopted(trunks: Sequence[Mapping[str, Any]], driver: str, layout: str) -> dict[str, str]:
    # Ansible's own kinds of text and lists are none that YAML knows.
    plain = json.loads(json.dumps(trunks))
    declared = {
        "trunk_driver": str(driver),
        "trunk_layout": str(layout),
        "sip_trunks": [_without_secrets(trunk, f"{VAULT}['{trunk['name']}']") for trunk in plain],
    }
    secrets = {VAULT: {trunk["name"]: found for trunk in plain if (found := _secrets(trunk))}}
    return {"trunks": f"---\n{ABOUT_TRUNKS}{_dump(declared)}", "vault": f"---\n{ABOUT_VAULT}{_dump(secrets)}"}


def _without_secrets(fields: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The fields with a reference to the vault in place of each secret."""
    result: dict[str, Any] = {}
    for key, value in fields.items():
        if isinstance(value, dict) and key != "options":
            result[key] = _without_secrets(value, f"{path}.{key}")
        else:
            result[key] = Reference(f"{{{{ {path}.{key} }}}}") if key in SECRET_FIELDS else value
    return result


def _secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The secrets alone, where they stand in the trunk."""
    found: dict[str, Any] = {}
    for key, value in fields.items():
        if isinstance(value, dict) and key != "options":
            found.update({key: inner} if (inner := _secrets(value)) else {})
        elif key in SECRET_FIELDS:
            found[key] = value
    return found


def _dump(data: Any) -> str:
    text: str = yaml.dump(
        data, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000
    )
    return text


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"adopted": adopted}
