# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from xml.etree import ElementTree

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip import ladder
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.conversation import Step

from .peers import Played, answer, asked

PEER = "udp 192.0.2.1:5060"
STEPS = (
    Step(0.0, "sent", PEER, "INVITE sip:1@192.0.2.1"),
    Step(0.25, "noise", "udp 192.0.2.2:5060", "ignored, 5 octets: <&>"),
    Step(0.5, "received", PEER, "200 OK (1 INVITE)"),
    Step(1.5, "event", PEER, "interrupted"),
)
TEXT = """\
          this host   udp 192.0.2.1:5060
   0.000  |- INVITE sip:1@192.0.2.1 -->|
          this host   udp 192.0.2.2:5060
   0.250  |x. ignored, 5 octets: <&> ..|
          this host   udp 192.0.2.1:5060
   0.500  |<---- 200 OK (1 INVITE) ----|
   1.500  |        interrupted         |
          and 7 more"""


def test_text() -> None:
    assert ladder.text(STEPS, 7) == TEXT
    assert ladder.text(()) == ""


def test_the_picture_has_all_of_the_text_and_needs_no_other_file() -> None:
    picture = ladder.svg(STEPS, 7)
    root = ElementTree.fromstring(picture)
    shown = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    for step in STEPS:
        assert step.text in shown
        assert f"{step.at:.3f} s" in shown
        assert step.peer in shown
    assert "and 7 more" in shown
    assert "prefers-color-scheme: dark" in picture
    assert picture.count("://") == 1
    groups = [group.get("class") for group in root.iter("{http://www.w3.org/2000/svg}g")]
    assert groups == ["sent", "noise", "received", "event"]


def test_arrows_point_to_who_gets_it() -> None:
    """Tips are at the columns: right for what is sent, left for what comes."""
    root = ElementTree.fromstring(ladder.svg(STEPS))
    left, right = [line.get("x1") for line in root.findall("{http://www.w3.org/2000/svg}line")]
    tips = {
        group.get("class"): path.get("d", "").split()[0][1:]
        for group in root.iter("{http://www.w3.org/2000/svg}g")
        for path in group.iter("{http://www.w3.org/2000/svg}path")
    }
    assert tips == {"sent": right, "received": left, "noise": left}


def test_no_secret_nonce_or_digest_is_in_it() -> None:
    def peer(request):  # type: ignore[no-untyped-def]
        asks = ("WWW-Authenticate", 'Digest realm="example.com", nonce="n0nce", qop="auth"')
        right = request.headers.get("Authorization") is not None
        return [(0.01, answer(request, 200 if right else 401, asks))]

    wire = Played({"192.0.2.1": peer})
    found = asked(wire, user="100", secret="s3cret")
    assert found.outcome == "accepted"
    digest = (wire.sent[1].headers.get("Authorization") or "").partition('response="')[2][:32]
    assert len(digest) == 32
    for shown in (ladder.text(found.steps), ladder.svg(found.steps), repr(found)):
        assert "200 Any" in shown
        assert not any(hidden in shown for hidden in ("s3cret", "n0nce", digest))
