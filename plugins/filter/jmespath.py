# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ``jmespath`` filter: ask questions of the verifier's JSON, or of any other data."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jmespath
short_description: Select from data with a JMESPath expression
version_added: 0.1.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Applies a L(JMESPath,https://jmespath.org) expression to data, such as the JSON of C(siptrunk verify).
requirements:
  - jmespath (Python library, on the controller)
positional: expression
options:
  _input:
    description: The data to select from.
    type: raw
    required: true
  expression:
    description: The JMESPath expression.
    type: string
    required: true
"""

EXAMPLES = r"""
- name: Name the trunks that are not ok
  ansible.builtin.debug:
    msg: "{{ verified.stdout | from_json | telephony.asterisk.jmespath('trunks[?!ok].trunk') }}"

- name: Refuse to go on when a registration runs out within a minute
  ansible.builtin.assert:
    that: verified.stdout | from_json | telephony.asterisk.jmespath('trunks[?expires_in < `60`]') | length == 0
"""

RETURN = r"""
_value:
  description: What the expression selects; none when it selects nothing.
  type: raw
"""

from typing import Any, Callable, Optional

from ansible.errors import AnsibleFilterError

try:
    import jmespath as library
except ImportError as missing:
    library = None
    LIBRARY_MISSING: Optional[ImportError] = missing
else:
    LIBRARY_MISSING = None


def jmespath(data: Any, expression: str) -> Any:
    if library is None:
        raise AnsibleFilterError(
            "telephony.asterisk.jmespath needs the Python library jmespath on the controller"
        ) from LIBRARY_MISSING
    try:
        return library.search(expression, data)
    except library.exceptions.JMESPathError as error:
        raise AnsibleFilterError(f"telephony.asterisk.jmespath: {expression!r}: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"jmespath": jmespath}
