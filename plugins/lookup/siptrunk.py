# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ``siptrunk`` lookup: the command line as one file, ready to be copied to a PBX."""

from __future__ import annotations

DOCUMENTATION = r"""
name: siptrunk
short_description: Build the siptrunk command as one file
version_added: 0.1.0
author:
  - The telephony.asterisk authors (@telephony-asterisk)
description:
  - Packs the engine of this collection into one executable file (a Python zip application) in the temporary
    directory of the running play, and returns the file's path.
  - The same collection always gives the same bytes, so a copy task stays idempotent.
options:
  give:
    description:
      - What is returned.
      - V(path) is that of the file.
      - V(checksum) is the SHA-256 of its content, in hexadecimal digits; no file is written then, and with V(compiled)
        neither.
      - V(compiled) is the directory in which C(siptrunk compile) leaves what a host's Python makes of it.
    type: str
    choices: [path, checksum, compiled]
    default: path
    version_added: 0.8.0
"""

EXAMPLES = r"""
- name: Install the siptrunk command
  ansible.builtin.copy:
    src: "{{ lookup('telephony.asterisk.siptrunk') }}"
    dest: /usr/local/bin/siptrunk
    mode: "0755"

- name: Look at the siptrunk command of a PBX
  ansible.builtin.stat:
    path: /usr/local/bin/siptrunk
    checksum_algorithm: sha256
  register: installed

- name: It is the one of this collection
  ansible.builtin.assert:
    that: installed.stat.checksum == lookup('telephony.asterisk.siptrunk', give='checksum')
"""

RETURN = r"""
_raw:
  description: Path of the file on the controller, its checksum, or a path on the host.
  type: list
  elements: str
"""

import hashlib
import os
from typing import Any

from ansible import constants
from ansible.plugins.lookup import LookupBase
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.bundle import build, home


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: Any = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        if self.get_option("give") == "compiled":
            return [home()]
        content = build()
        if self.get_option("give") == "checksum":
            return [hashlib.sha256(content).hexdigest()]
        # Ansible removes this directory when the play ends. Parallel hosts write the same bytes.
        path = os.path.join(constants.DEFAULT_LOCAL_TMP, "siptrunk")
        unfinished = f"{path}.{os.getpid()}"
        with open(unfinished, "wb") as file:
            file.write(content)
        os.replace(unfinished, path)
        return [path]
