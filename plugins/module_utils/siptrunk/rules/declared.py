# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks as they are declared for Ansible: lint/declared.py finds these."""

from __future__ import annotations

from .rule import ERROR, HINT, SECURITY, WARNING, Rulebook

book = Rulebook("trunks.yml")

_TRUNK = "sip_trunks:\n  - name: mysipsp\n    provider: {host: sip.example.com}\n"
_SECRET = 'secret: "{{ vault_mysipsp }}"'
_ACCOUNT = f'    registration:\n      user: "0301234567"\n      {_SECRET}\n'

PLAIN_SECRET = book.rule(
    id="VAR001",
    severity=SECURITY,
    title="a secret that everybody can read",
    why="whoever can read this file, or its history, can make calls at your expense",
    fix="encrypt it with ansible-vault, and have the provider give you another one",
    bad=_TRUNK + _ACCOUNT.replace(_SECRET, "secret: geheim"),
    good=_TRUNK + _ACCOUNT,
)
DIGITS = book.rule(
    id="VAR002",
    severity=ERROR,
    title="digits without quotes",
    why="YAML takes it for a number and may change its digits: 0123 is 83, and a + is lost",
    fix="write it in quotes",
    bad=_TRUNK + _ACCOUNT.replace('"0301234567"', "0301234567"),
    good=_TRUNK + _ACCOUNT,
)
REFUSED = book.rule(
    id="VAR003",
    severity=ERROR,
    title="a trunk that cannot be deployed",
    why="the role and the module refuse all trunks of the host",
    fix="correct it",
    bad=_TRUNK.replace("sip.example.com", "sip.example.com, prot: 5060") + _ACCOUNT,
    good=_TRUNK.replace("sip.example.com", "sip.example.com, port: 5060") + _ACCOUNT,
)
ONE_DRIVER = book.rule(
    id="VAR004",
    severity=HINT,
    title="a trunk that one driver cannot have",
    why="it cannot be deployed where that driver is used",
    fix="do not use that driver, or write another value",
    bad=_TRUNK + _ACCOUNT + '    outbound:\n      from_domain: "2001:db8::1"\n',
    good=_TRUNK + _ACCOUNT + "    outbound:\n      from_domain: sip.example.com\n",
)
TWICE = book.rule(
    id="VAR005",
    severity=WARNING,
    title="a key that is there twice",
    why="only the last one counts",
    fix="remove one of the two",
    bad=_TRUNK + _ACCOUNT + "    enabled: true\n    enabled: false\n",
    good=_TRUNK + _ACCOUNT + "    enabled: false\n",
)
NOT_READABLE = book.rule(
    id="VAR006",
    severity=ERROR,
    title="a file that is no YAML",
    why="Ansible cannot read the file",
    fix="correct it",
    bad=_TRUNK + _ACCOUNT.replace(_SECRET, "secret: {{ vault_mysipsp }"),
    good=_TRUNK + _ACCOUNT,
)
