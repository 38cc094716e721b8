# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AMI user of the verifier: ``manager_trunks.conf``, included by Asterisk's manager.conf.

The user may read reports (configs/samples/manager.conf.sample, ``write=reporting``) from this host only. He can change
no configuration and run no command. He cannot be kept from what Asterisk takes for a report, such as PJSIPUnregister,
nor from what whoever may log in may do, such as BridgeDestroy; tests/oracle/test_manager.py has the whole list.
"""

from __future__ import annotations

from typing import Optional

from .config.document import Document

FILENAME = "manager_trunks.conf"
MAIN = "manager.conf"
RELOAD = "manager reload"
USER = "siptrunk"


def render(secret: Optional[str] = None) -> Document:
    """The user's section; *secret* is drawn at random when none is given."""
    # Who only reads it need not wait for this.
    import secrets

    document = Document.new()
    user = document.add_section(
        USER,
        comment="Managed by Ansible (telephony.asterisk): the verifier on this host reads the secret from here.",
    )
    user.add("secret", secret or secrets.token_urlsafe(30))
    user.add("deny", "0.0.0.0/0.0.0.0")
    user.add("permit", "127.0.0.1/255.255.255.255")
    user.add("read", "")
    user.add("write", "reporting")
    # A verifier that waits logs in again and again.
    user.add("displayconnects", "no")
    return document


def secret_of(text: str) -> Optional[str]:
    """The secret that the file's text holds; None when there is none."""
    for section in Document.parse(text).sections:
        if section.name == USER:
            for entry in section.entries:
                if entry.key == "secret":
                    return entry.value
    return None
