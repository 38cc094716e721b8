# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Register lines that chan_sip reads in another way than their author can have meant (register_line.py).

A line is read once, and each of its notices belongs to the rule that it names.
"""

from __future__ import annotations

from typing import Any

from .. import register_line
from .rule import ERROR, Look, Rulebook, Spot, Spots
from .views import GENERAL, SipConf

book = Rulebook("sip.conf")

_GENERAL = "[general]\nallowguest=no\nregister => "
_PEER = (
    "\n[provider-in]\ntype=peer\nhost={host}\ninsecure=port,invite\ncontext=from-provider\n"
    "disallow=all\nallow=alaw\nqualify=yes\n"
)


def _example(line: str, host: str) -> str:
    return _GENERAL + line + _PEER.format(host=host)


def _notices(id: str) -> Look:  # pylint: disable=redefined-builtin
    """What finds the notices of one rule."""

    def look(sip: SipConf) -> Spots:
        for register in sip.registers:
            for notice in register.parsed.notices:
                if notice.rule == id:
                    yield Spot(register.entry, section=GENERAL, why=notice.reason, fix=notice.fix)

    return look


def _rule(
    notice: register_line.Notice, *, bad: str, good: str, host: str = "192.0.2.1", **words: Any
) -> None:
    book.whole(
        id=notice.rule,
        why=notice.reason,
        fix=notice.fix,
        bad=_example(bad, host),
        good=_example(good, host),
        **words,
    )(_notices(notice.rule))


_rule(
    register_line.NO_ACCOUNT_AT_HOST,
    severity=ERROR,
    title="a register line that is dropped",
    bad="43212345:gRe3n",
    good="43212345:gRe3n@192.0.2.1/1234",
    effect="there is no registration",
)
_rule(
    register_line.PEER,
    severity=ERROR,
    title="a ? in a password makes a peer of what is before it",
    bad="43212345:gRe3n?house@192.0.2.1/1234",
    good="?43212345:gRe3n?house@192.0.2.1/1234",
    effect="the rest of the password is the user that registers",
)
_rule(
    register_line.SLASH,
    severity=ERROR,
    title="a / in a password ends the transport",
    bad="43212345:gRe3n/house@192.0.2.1/1234",
    good="udp://43212345:gRe3n/house@192.0.2.1/1234",
    effect="there is no registration",
)
_rule(
    register_line.BAD_DOMAIN_PORT,
    severity=ERROR,
    title="colons in a password make other fields of it",
    bad="43212345:gRe3n:house:9@192.0.2.1/1234",
    good='43212345:"gRe3n:house:9"@192.0.2.1/1234',
    effect="the user of the digest is a piece of the password",
)
_rule(
    register_line.SWALLOWED,
    severity=ERROR,
    title="a bracket or a quote swallows the password",
    bad="43212345(a:gRe3n@192.0.2.1/1234",
    good="43212345:gRe3n@192.0.2.1/1234",
    effect="the password is a part of the user that registers",
)
_rule(
    register_line.TOO_LONG,
    severity=ERROR,
    title="a register line that is cut",
    bad=f"43212345:{'gRe3n' * 48}@192.0.2.1/1234",
    good="43212345:gRe3n@192.0.2.1/1234",
    effect="it registers at another host",
)
_rule(
    register_line.BAD_EXPIRY,
    severity=ERROR,
    title="an expiry that un-registers",
    bad="43212345:gRe3n@192.0.2.1/1234~0",
    good="43212345:gRe3n@192.0.2.1/1234~1800",
    effect="the REGISTER asks to be forgotten",
)
_rule(
    register_line.BAD_PORT,
    severity=ERROR,
    title="a port that is none",
    bad="43212345:gRe3n@192.0.2.1:sip/1234",
    good="43212345:gRe3n@192.0.2.1:5070/1234",
    effect="it registers at the default port",
)
_rule(
    register_line.SCHEME,
    severity=ERROR,
    title="a URI in a register line",
    bad="sip:43212345:gRe3n@192.0.2.1/1234",
    good="43212345:gRe3n@192.0.2.1/1234",
    effect="the user that registers is sip",
)
_rule(
    register_line.BAD_TRANSPORT,
    severity=ERROR,
    title="a transport that there is not",
    bad="sctp://43212345:gRe3n@192.0.2.1/1234",
    good="udp://43212345:gRe3n@192.0.2.1/1234",
    effect="the log tells of a transport that is not valid",
)
_rule(
    register_line.NUMERIC_HOST,
    severity=ERROR,
    title="a host that is a number",
    bad="43212345:gRe3n@19202/1234",
    good="43212345:gRe3n@192.0.2.1/1234",
    effect="no REGISTER is ever sent",
    host="192.0.2.1",
)
_rule(
    register_line.NO_USER,
    severity=ERROR,
    title="a registration of nobody, or nowhere",
    bad=":gRe3n@192.0.2.1/1234",
    good="43212345:gRe3n@192.0.2.1/1234",
    effect="the user that registers is empty",
)
_rule(
    register_line.UNDERRUN,
    severity=ERROR,
    title="a register line that begins with //",
    bad="//43212345:gRe3n@192.0.2.1/1234",
    good="udp://43212345:gRe3n@192.0.2.1/1234",
    effect="the log tells of a transport that is not valid",
)
