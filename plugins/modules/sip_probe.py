#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sip_probe
short_description: Send one SIP request from a host, and expect an outcome
version_added: 0.5.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Sends OPTIONS, REGISTER or INVITE from the host to whoever a SIP URI leads to, answers challenges, and fails when
    the outcome is not the expected one. So a play can prove that a provider can be reached and knows the account, that
    a PBX lets its provider's calls in, and that it refuses a stranger.
  - OPTIONS rings nowhere and changes nothing. REGISTER only asks for the bindings of the account, unless O(bind=true).
  - INVITE calls exactly the URI, follows no redirection, and ends the call as soon as it rings or is answered, when the
    time is up, or when the task is interrupted.
  - Needs no Asterisk. It is C(siptrunk probe), whose documentation describes the outcomes.
requirements:
  - Python 3.9 or newer on the managed host
attributes:
  check_mode:
    description: >-
      What changes nothing is done in check mode, too. With O(method=invite) and with O(bind=true) the task is skipped.
    support: partial
    details: Whether a call would be accepted cannot be known without calling.
  diff_mode:
    description: There is nothing to show, as nothing changes.
    support: none
  idempotent:
    description: A call is ended and a contact removed, so nothing stays changed.
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
  method:
    description: The request.
    type: str
    choices: [options, register, invite]
    default: options
  uri:
    description:
      - Whom to ask, such as V(sip:example.com) or V(sip:100@192.0.2.1:5060;transport=tcp). V(sips:) means TLS.
      - With O(method=register), the account at its registrar; with O(method=invite), the number that is called.
    type: str
    required: true
  transport:
    description: The transport. By default what the URI says, then what DNS does, then UDP.
    type: str
    choices: [udp, tcp, tls]
  source:
    description: The address of the host to send from, such as V(192.0.2.1) or V(192.0.2.1:5060).
    type: str
  sender:
    description: Who asks, a SIP URI for the header field From. By default the account, or an address of the host.
    type: str
  user:
    description: The user to answer challenges with.
    type: str
  secret:
    description: The user's secret.
    type: str
  bind:
    description:
      - With O(method=register), bind a contact of the host to the account, and remove it.
      - A registrar that keeps one contact for each account may drop that of the PBX.
    type: bool
    default: false
  ca_file:
    description: A file of the certificates that TLS trusts, instead of those of the system.
    type: path
  timeout:
    description: Seconds for all of it, up to 300.
    type: float
    default: 10
  expect:
    description:
      - V(accepted) - a final answer of success, or the call rings.
      - V(challenged) - credentials are asked for, and there are none that fit.
      - V(refused) - a final answer of failure.
      - V(silent) - no final answer in time.
    type: str
    choices: [accepted, challenged, refused, silent]
    default: accepted
seealso:
  - module: telephony.asterisk.sip_trunks
"""

EXAMPLES = r"""
- name: The provider answers
  telephony.asterisk.sip_probe:
    uri: sip:sip.example.com

- name: The provider knows the account
  telephony.asterisk.sip_probe:
    method: register
    uri: sip:43212345@sip.example.com
    user: "43212345"
    secret: "{{ vault_provider_secret }}"

- name: The PBX refuses a stranger who calls in the name of the trunk
  telephony.asterisk.sip_probe:
    method: invite
    uri: sip:1234@pbx.example.com
    sender: sip:provider@pbx.example.com
    expect: challenged
  delegate_to: stranger

- name: The provider's certificate holds
  telephony.asterisk.sip_probe:
    uri: sips:sip.example.com
    ca_file: /etc/ssl/certs/provider.pem
  register: probe

- name: Show the messages
  ansible.builtin.debug:
    var: probe.ladder
"""

RETURN = r"""
outcome:
  description: >-
    One of C(accepted), C(challenged), C(refused), C(redirected), C(silent), C(malformed), C(untrusted), C(unreachable)
    and C(interrupted).
  returned: always, but when nothing can be asked
  type: str
  sample: accepted
cause:
  description: The same more exactly, where there is more to say.
  returned: always, but when nothing can be asked
  type: str
  sample: ringing
detail:
  description: The same for people.
  returned: always, but when nothing can be asked
  type: str
  sample: 180 Ringing
as_expected:
  description: The outcome is the expected one, and nothing was left behind.
  returned: always, but when nothing can be asked
  type: bool
  sample: true
status:
  description: The status of the answer that decided; none when there was none.
  returned: always, but when nothing can be asked
  type: int
  sample: 180
reason:
  description: Its reason phrase.
  returned: always, but when nothing can be asked
  type: str
  sample: Ringing
transport:
  description: How the last target was asked.
  returned: always, but when nothing can be asked
  type: str
  sample: udp
address:
  description: The address of the last target.
  returned: always, but when nothing can be asked
  type: str
  sample: 192.0.2.1
port:
  description: Its port.
  returned: always, but when nothing can be asked
  type: int
  sample: 5060
source:
  description: The own address and port.
  returned: always, but when nothing can be asked
  type: str
  sample: 192.0.2.9:40123
round_trip_ms:
  description: Milliseconds to the first answer to the request that decided.
  returned: always, but when nothing can be asked
  type: float
  sample: 1.2
contacts:
  description: The bindings that a registrar tells, or where a redirection leads to.
  returned: always, but when nothing can be asked
  type: list
  elements: dict
  contains:
    uri:
      description: The address.
      type: str
      sample: sip:43212345@192.0.2.9:5060
    expires:
      description: Seconds; none when it is not told.
      type: int
      sample: 1200
left_behind:
  description: What could not be put in order again, such as a call that nobody confirmed to have ended; normally none.
  returned: always, but when nothing can be asked
  type: str
ladder:
  description: The messages as the lines of a diagram. No secret is in it.
  returned: always, but when nothing can be asked
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import probe as probing
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import probe as report
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip import ladder

RESULT = (
    "outcome",
    "cause",
    "detail",
    "as_expected",
    "status",
    "reason",
    "transport",
    "address",
    "port",
    "source",
    "round_trip_ms",
    "contacts",
    "left_behind",
)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "method": {"type": "str", "choices": list(probing.METHODS), "default": "options"},
            "uri": {"type": "str", "required": True},
            "transport": {"type": "str", "choices": list(probing.TRANSPORTS)},
            "source": {"type": "str"},
            "sender": {"type": "str"},
            "user": {"type": "str"},
            "secret": {"type": "str", "no_log": True},
            "bind": {"type": "bool", "default": False},
            "ca_file": {"type": "path"},
            "timeout": {"type": "float", "default": probing.TIMEOUT},
            "expect": {"type": "str", "choices": list(probing.EXPECTATIONS), "default": "accepted"},
        },
        required_together=[("user", "secret")],
        supports_check_mode=True,
    )
    given = module.params
    wishes = ("method", "uri", "transport", "sender", "user", "secret", "bind", "timeout")
    try:
        wished = probing.wish(**{name: given[name] for name in wishes})
        if module.check_mode and not wished.harmless:
            module.exit_json(
                changed=False, skipped=True, msg="in check mode nobody is called, and nothing bound"
            )
        own = probing.source(given["source"]) if given["source"] else None
        outcome = probing.probe(wished, own, given["ca_file"])
    except (SipTrunkError, OSError) as error:
        module.fail_json(msg=str(error))
    data = report.data(wished, outcome, given["expect"])
    result = {key: data[key] for key in RESULT}
    result["ladder"] = ladder.text(outcome.steps, outcome.unseen).splitlines()
    if not result["as_expected"]:
        module.fail_json(msg=report.text(wished, outcome, given["expect"]), changed=False, **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
