# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by sip.conf."""

from __future__ import annotations

from .pbx import Pbx, examples

PROVIDER = "192.0.2.1"
CONTACT = "Expires: 60"


def test_SIP003(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP003"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == 200
        assert (chan_sip.call(user="provider-in") == 200) is bad


def test_SIP005(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP005"):
        chan_sip.load(files)
        assert register(chan_sip, "phone") == (200 if bad else 401)


def test_SIP007(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP007"):
        chan_sip.load(files)
        assert (chan_sip.call() == 200) is bad


def test_SIP008(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP008"):
        chan_sip.load(files)
        assert (register(chan_sip, "phone") != register(chan_sip, "nobody")) is bad


def test_SIP009(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP009"):
        chan_sip.load(files)
        assert (register(chan_sip, "mallory") == 200) is bad


def test_SIP011(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP011"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (200 if bad else 403)


def test_SIP012(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP012"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (403 if bad else 200)


def test_SIP053(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP053"):
        chan_sip.load(files)
        assert chan_sip.call(user="phone") == (200 if bad else 401)
    # [general] says it for all that say nothing themselves.
    files, _bad = list(examples("SIP053"))[1]
    chan_sip.load({**files, "sip.conf": "[general]\ninsecure=invite\n" + files["sip.conf"]})
    assert chan_sip.call(user="phone") == 200


def test_SIP090(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP090"):
        chan_sip.load(files)
        registrar = "192.0.2.9" if bad else PROVIDER
        assert (chan_sip.call(registrar) == 200) is not bad


def register(pbx: Pbx, user: str) -> int:
    """The answer to a stranger's REGISTER without a password."""
    (*_provisional, answer) = pbx.send("REGISTER", user=user, number=user, headers=[CONTACT])
    return int(answer.split(" ", 2)[1])
