#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sip_lint
short_description: Find what is wrong with the SIP configuration of an Asterisk PBX
version_added: 0.4.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Looks at C(sip.conf), C(pjsip.conf), C(pjsip_wizard.conf), C(extensions.conf) and C(modules.conf) of the host, with
    all that they include, and tells what is wrong with the trunks in them and who could get in.
  - It reads files only; Asterisk need not run. The rules are those of C(siptrunk lint); each has a page in the
    collection's documentation, and C(siptrunk lint --explain RULE) shows it.
  - No result holds a secret, and no value of an option that may be one.
requirements:
  - Python 3.9 or newer on the managed host
attributes:
  check_mode:
    description: Changes nothing, with or without check mode.
    support: full
  diff_mode:
    description: There is nothing to show, as nothing changes.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
  platform:
    description: Where the module runs.
    platforms: posix
    support: full
  action_group:
    description: The action groups that the module belongs to.
    support: full
    membership:
      - telephony.asterisk.trunks
options:
  paths:
    description:
      - What to look at. A directory is the configuration of one PBX, and files of one directory belong together.
    type: list
    elements: path
    default: [/etc/asterisk]
  driver:
    description: Whose rules count for a file whose name and content do not tell.
    type: str
    choices: [auto, pjsip, chan_sip]
    default: auto
  asterisk:
    description:
      - The version of Asterisk whose options of C(pjsip.conf) count.
      - By default those that the Asterisk of the host knows, or, where none is installed, those of the newest one that
        the collection knows.
    type: str
  fail_on:
    description: The task fails when something of this severity, or a graver one, is found.
    type: str
    choices: [hint, warning, error, security, never]
    default: warning
  accept:
    description:
      - >-
        Findings that are as they should be here. Comments C(; siptrunk: accept RULE: reason) in the files count as
        well.
      - An acceptance that nothing needs is a finding itself.
    type: list
    elements: dict
    default: []
    suboptions:
      rule:
        description: The id of the rule.
        type: str
        required: true
      reason:
        description: Why this is as it should be here.
        type: str
        required: true
seealso:
  - module: telephony.asterisk.sip_trunks
"""

EXAMPLES = r"""
- name: Find what is wrong with the SIP configuration
  telephony.asterisk.sip_lint:

- name: Look, and never fail
  telephony.asterisk.sip_lint:
    fail_on: never
  register: lint

- name: Show what was found
  ansible.builtin.debug:
    msg: "{{ item.path }}:{{ item.line }}: {{ item.severity }} {{ item.rule }}: {{ item.why }}; {{ item.fix }}"
  loop: "{{ lint.findings }}"
  loop_control:
    label: "{{ item.rule }}"

- name: Fail for what is grave, but let guests in
  telephony.asterisk.sip_lint:
    fail_on: error
    accept:
      - rule: SIP007
        reason: the session border controller in front refuses strangers
"""

RETURN = r"""
findings:
  description: What is wrong, in the order of files and lines.
  returned: always, but when a file cannot be read
  type: list
  elements: dict
  contains:
    rule:
      description: The id of the rule.
      type: str
      sample: SIP011
    severity:
      description: One of C(security), C(error), C(warning) and C(hint).
      type: str
      sample: security
    path:
      description: The file.
      type: str
      sample: /etc/asterisk/sip.conf
    line:
      description: The line; none when the finding is about the file.
      type: int
      sample: 7
    column:
      description: Where in the line it begins.
      type: int
      sample: 1
    end_column:
      description: The column behind its end.
      type: int
      sample: 7
    section:
      description: The section; none when it is about none.
      type: str
      sample: provider-in
    option:
      description: The option; none when it is about none.
      type: str
      sample: permit
    why:
      description: What comes of it.
      type: str
      sample: "permit without deny restricts nothing: the list begins with everything allowed"
    fix:
      description: What to do.
      type: str
      sample: put deny=0.0.0.0/0.0.0.0 and deny=::/0 before it
    fixable:
      description: >-
        C(safe) when C(siptrunk lint --fix) mends it, C(unsafe) when it does so with C(--unsafe), because Asterisk will
        do something else afterwards.
      type: str
accepted:
  description: What was found and is accepted; like RV(findings), with the reason.
  returned: always, but when a file cannot be read
  type: list
  elements: dict
files:
  description: Every file that was read.
  returned: always, but when a file cannot be read
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import guard
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.installed import (
    catalogue,
    installed,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import (
    Catalogue,
    of_release,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import Report, lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import (
    from_paths,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report.lint import json, text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import SEVERITIES

NEVER = "never"
# So many findings are in the message of a task that fails; all of them are in its result.
TOLD = 20


def options_of(version: str | None) -> Catalogue | None:
    """Those of pjsip.conf that count; None for those of the newest Asterisk that we know."""
    if version:
        return of_release(version)
    try:
        return catalogue(installed().version)
    except SipTrunkError:
        return None


def look(params: dict[str, Any]) -> Report:
    driver = None if params["driver"] == "auto" else params["driver"]
    accepted = guard.accepting(params["accept"])
    return lint(from_paths(params["paths"], options_of(params["asterisk"]), driver), accepted)


def failure(report: Report, threshold: str) -> str | None:
    """What to fail with; None when nothing is that grave."""
    grave = [one for one in report.findings if threshold != NEVER and one.at_least(threshold)]
    if not grave:
        return None
    told = [text.line(one) for one in grave]
    more = [f"and {len(told) - TOLD} more"] if len(told) > TOLD else []
    return "\n".join([*told[:TOLD], *more])


def main() -> None:
    accept = {"rule": {"type": "str", "required": True}, "reason": {"type": "str", "required": True}}
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "default": ["/etc/asterisk"]},
            "driver": {"type": "str", "choices": ["auto", "pjsip", "chan_sip"], "default": "auto"},
            "asterisk": {"type": "str"},
            "fail_on": {"type": "str", "choices": [*SEVERITIES, NEVER], "default": "warning"},
            "accept": {"type": "list", "elements": "dict", "default": [], "options": accept},
        },
        supports_check_mode=True,
    )
    try:
        report = look(module.params)
    except (SipTrunkError, OSError) as error:
        module.fail_json(msg=str(error))
    answer = json.answer(report)
    result = {key: answer[key] for key in ("findings", "accepted", "files")}
    message = failure(report, module.params["fail_on"])
    if message:
        module.fail_json(msg=message, changed=False, **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
