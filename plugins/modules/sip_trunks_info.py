#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sip_trunks_info
short_description: Tell whether the SIP trunks of an Asterisk PBX work
version_added: 0.5.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Asks the running Asterisk of the host about the trunks that it should have, and tells of each whether it is
    registered, whether calls of its provider are let in, and if not, why, and what to do.
  - These are the trunks of the manifest that M(telephony.asterisk.sip_trunks) leaves, or without one those of
    C(sip.conf), C(pjsip.conf) and C(pjsip_wizard.conf).
  - A trunk that does not work fails nothing; RV(status) says it. No result holds a secret.
requirements:
  - Python 3.9 or newer on the managed host
  - root, the user of Asterisk, or whoever may read its configuration and use its control socket
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
  trunks:
    description:
      - The names of the trunks to look at; all others count for nothing.
      - By default all of them.
    type: list
    elements: str
  wait:
    description:
      - For so many seconds at most, wait for the trunks to be in order, unless waiting cannot help.
    type: float
    default: 0
  since:
    description:
      - A registration must be newer than this, which is seconds of the epoch, or ISO 8601 such as
        C(2026-01-31T12:00:00Z).
      - C(chan_pjsip) does not tell when it has registered. There, only a renewal that is seen during O(wait) counts, or
        a start of Asterisk after that moment.
    type: str
  expect:
    description:
      - The manifest of the trunks.
      - By default C(sip_trunks.json) in O(config_dir), or where there is none, the configuration.
    type: path
  config_dir:
    description: Where the configuration of Asterisk is.
    type: path
    default: /etc/asterisk
seealso:
  - module: telephony.asterisk.sip_trunks
  - module: telephony.asterisk.sip_lint
"""

EXAMPLES = r"""
- name: Look at the trunks
  telephony.asterisk.sip_trunks_info:
  register: live

- name: Tell what is wrong
  ansible.builtin.debug:
    msg: "{{ live.trunks | rejectattr('ok') | map(attribute='summary') }}"

- name: Wait until one trunk is registered, and calls of its provider are let in
  telephony.asterisk.sip_trunks_info:
    trunks: [smartvox]
    wait: 60
  register: live
  failed_when: not live.ok
"""

RETURN = r"""
ok:
  description: Whether RV(status) is C(ok).
  returned: always, but when the trunks cannot be known
  type: bool
status:
  description: Of the worst trunk, C(ok), C(warning), C(unknown) or C(critical). Without any trunk, C(unknown).
  returned: always, but when the trunks cannot be known
  type: str
  sample: ok
checked_at:
  description: When Asterisk was asked last; ISO 8601, UTC, as all times.
  returned: always, but when the trunks cannot be known
  type: str
  sample: "2026-01-31T12:00:00Z"
source:
  description: How it was asked, C(ami) or C(cli); none when nobody answered.
  returned: always, but when the trunks cannot be known
  type: str
  sample: ami
asterisk:
  description: Its version.
  returned: always, but when the trunks cannot be known
  type: str
  sample: 22.10.1
failure:
  description: Why nobody answered; none when somebody did.
  returned: always, but when the trunks cannot be known
  type: str
trunks:
  description:
    - One entry for each trunk. All keys are on the page about the JSON of C(siptrunk verify) in the collection's
      documentation; the most important ones are here.
  returned: always, but when the trunks cannot be known
  type: list
  elements: dict
  contains:
    trunk:
      description: Its name.
      type: str
      sample: smartvox
    driver:
      description: The channel driver.
      type: str
      sample: pjsip
    ok:
      description: Whether it is in order.
      type: bool
    status:
      description: Like RV(status), of this trunk.
      type: str
      sample: critical
    state:
      description: Of the registration, in Asterisk's words; none when there is none.
      type: str
      sample: Registered
    cause:
      description: What is the matter, in a word.
      type: str
      sample: deaf
    summary:
      description: All that is to be said, in one line.
      type: str
      sample: "smartvox: deaf: the endpoint [smartvox] is not there, so calls from sip.example.com are refused"
    expires_in:
      description: Seconds until the registration ends; none where that is not known.
      type: int
      sample: 1779
    trusted:
      description: The addresses whose calls are let in.
      type: list
      elements: str
      sample: [203.0.113.10]
unexpected:
  description: Registrations that run, but belong to no trunk of the manifest or the files.
  returned: always, but when the trunks cannot be known
  type: list
  elements: dict
notes:
  description: What else is worth knowing, such as why AMI could not be used.
  returned: always, but when the trunks cannot be known
  type: list
  elements: str
"""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands.verify import (
    expected_trunks,
    looking,
    moment,
    watch,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report.json import answer
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Report

# What an exit code is for, and the schema of a document, are of no use here.
NOT_TOLD = ("schema", "exit_code")


def look(params: dict[str, Any]) -> dict[str, Any]:
    """The answer on the chosen trunks; SipTrunkError when they cannot be known."""
    expected = expected_trunks(params["expect"], params["config_dir"])
    names = [trunk.name for trunk in expected]
    chosen = names if params["trunks"] is None else params["trunks"]
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise SipTrunkError(f"trunks: no {', '.join(unknown)}; there are: {', '.join(names) or 'none'}")
    since = None if params["since"] is None else moment(params["since"])
    ask = looking(expected, params["config_dir"], since=since)
    report = watch(lambda watched: only(ask(watched), chosen), wait=max(params["wait"], 0.0))
    return {key: value for key, value in answer(report).items() if key not in NOT_TOLD}


def only(report: Report, chosen: Sequence[str]) -> Report:
    return replace(report, verdicts=tuple(one for one in report.verdicts if one.trunk.name in chosen))


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "trunks": {"type": "list", "elements": "str"},
            "wait": {"type": "float", "default": 0},
            "since": {"type": "str"},
            "expect": {"type": "path"},
            "config_dir": {"type": "path", "default": "/etc/asterisk"},
        },
        supports_check_mode=True,
    )
    try:
        result = look(module.params)
    except ArgumentTypeError as error:
        module.fail_json(msg=f"since: {error}")
    except (SipTrunkError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
