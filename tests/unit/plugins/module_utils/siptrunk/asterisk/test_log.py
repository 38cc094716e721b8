# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from pathlib import Path
from typing import Optional

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import log
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    ANSWER,
    CERTIFICATE,
    CHALLENGE,
    REFUSED,
    SILENCE,
    Heard,
)

from . import recorded

NOW = time.mktime(time.strptime("2026-11-23 19:00:00", "%Y-%m-%d %H:%M:%S"))


def at(clock: str, year: int = 2026) -> int:
    return int(time.mktime(time.strptime(f"{year}-11-23 {clock}", "%Y-%m-%d %H:%M:%S")))


def told(name: str) -> list[tuple[str, str, Optional[int]]]:
    return [(one.kind, one.about, one.code) for one in log.read(recorded.text(name), NOW)]


def test_what_chan_sip_says_of_the_answers_it_gets() -> None:
    assert told("log16_chan_sip") == [
        (ANSWER, "43210003@disabled.example.net", 403),
        (ANSWER, "43210002@wrong-user.example.net", 404),
        (CHALLENGE, "43210011@sha256.example.net", 401),
        (ANSWER, "43210001@wrong-password.example.net", 401),
        (SILENCE, "43210004@silent.example.net", None),
        (CERTIFICATE, "192.0.2.26:5061", None),
        (CERTIFICATE, "192.0.2.27:5061", None),
    ]
    *_others, expired, other_name = log.read(recorded.text("log16_chan_sip"), NOW)
    assert (expired.at, expired.reason) == (at("18:57:23"), "certificate has expired")
    assert other_name.reason == "did not match (tls-wrong-name.example.net)"


def test_what_chan_pjsip_says_of_the_answers_it_gets() -> None:
    assert told("log16_pjsip") == [
        (ANSWER, "43210008@busy.example.net", 503),
        (ANSWER, "43210002@wrong-user.example.net", 404),
        (ANSWER, "43210003@disabled.example.net", 403),
        (CHALLENGE, "43210011@sha256.example.net", 401),
        # What it could not answer is told once more, as an answer.
        (CHALLENGE, "43210011@sha256.example.net", 401),
        (ANSWER, "43210001@wrong-password.example.net", 401),
        (CERTIFICATE, "tls-expired.example.net", None),
        (SILENCE, "43210004@silent.example.net", None),
    ]
    waits = {one.about.partition("@")[0]: one.retry for one in log.read(recorded.text("log16_pjsip"), NOW)}
    assert (waits["43210008"], waits["43210003"], waits["43210004"], waits["43210011"]) == (7, 300, 60, 60)


def test_a_date_in_full_and_an_attempt_that_was_the_last() -> None:
    untrusted, gone = log.read(recorded.text("log22_pjsip"), NOW)
    assert untrusted == Heard(
        CERTIFICATE, "tls-unknown-ca.example.net", at("18:57:03"), reason="The certificate is untrusted"
    )
    assert gone == Heard(ANSWER, "43210005@gone.example.net", at("18:57:34"), 410)


def test_a_password_that_somebody_wrote_into_an_uri_is_not_told() -> None:
    line = recorded.text("log16_pjsip").splitlines()[0].replace("43210008@", "43210008:canary@")
    (one,) = log.read(line, NOW)
    assert "canary" not in repr(one)


def test_in_january_december_is_of_the_year_before() -> None:
    january = time.mktime(time.strptime("2027-01-02 00:00:00", "%Y-%m-%d %H:%M:%S"))
    first = next(log.read(recorded.text("log16_pjsip"), january))
    assert first.at == at("18:57:02")


def test_a_day_of_one_digit_has_a_blank_before_it() -> None:
    first = next(log.read(recorded.text("log16_pjsip").replace("[Nov 23", "[Nov  3"), NOW))
    assert first.at == at("18:57:02") - 20 * 86400


def test_the_newest_log_is_read_from_where_asterisk_conf_says(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "asterisk.conf").write_text(f"[directories]\nastlogdir => {logs}\n")
    assert log.heard(str(tmp_path), NOW) == []
    (logs / "messages.log").write_text("noise\n" * 100_000 + recorded.text("log16_pjsip"))
    assert len(log.heard(str(tmp_path), NOW)) == 8


def test_without_a_log_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text(f"[directories]\nastlogdir => {tmp_path}/none\n")
    assert log.heard(str(tmp_path), NOW) == []


def test_an_object_that_chan_pjsip_refused(tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text(f"[directories]\nastlogdir => {tmp_path}\n")
    refusal = (
        "[2026-11-23 18:57:02] ERROR[42] config_options.c: Error parsing cos_audio=canary at line 9 of \n"
        "[2026-11-23 18:57:02] ERROR[42] res_sorcery_config.c: Could not create an object of type 'endpoint' with id "
        "'main' from configuration file 'pjsip.conf'\n"
    )
    (tmp_path / "messages").write_text(refusal + recorded.text("log16_pjsip"))
    refused = Heard(REFUSED, "main", at("18:57:02"), reason="endpoint")
    assert log.heard(str(tmp_path), NOW, registrations=False) == [refused]
    assert log.heard(str(tmp_path), NOW)[0] == refused
