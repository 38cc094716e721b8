# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as data, described in docs/verify-json.md."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, Collection, Dict, Optional

from ..asterisk.snapshot import Registration
from ..causes import OK, Evidence
from ..verify import Report, Verdict, account, registrar

SCHEMA = "siptrunk.verify/1"


def render(report: Report) -> str:
    return json.dumps(answer(report), indent=2)


def answer(report: Report) -> Dict[str, Any]:
    failure = report.snapshot.failure
    return {
        "schema": SCHEMA,
        "ok": report.status == OK,
        "status": report.status,
        "exit_code": report.exit_code,
        "checked_at": moment(report.checked_at),
        "source": report.snapshot.source,
        "asterisk": report.snapshot.asterisk,
        "failure": failure.detail if failure else None,
        "trunks": [_trunk(verdict, report.failed_before) for verdict in report.verdicts],
        "unexpected": [_unexpected(running) for running in report.unexpected],
        "notes": report.snapshot.notes,
    }


def _trunk(verdict: Verdict, failed_before: Optional[Collection[str]]) -> Dict[str, Any]:
    want, lease, first = verdict.trunk.registration, verdict.lease, verdict.findings[0]
    return {
        "trunk": verdict.trunk.name,
        "driver": verdict.trunk.driver,
        "ok": verdict.ok,
        "status": verdict.status,
        "failed_before": None if failed_before is None else verdict.trunk.name in failed_before,
        "state": lease.state if lease else None,
        "cause": first.cause,
        "explanation": first.explanation,
        "next_step": first.next_step or None,
        "summary": verdict.summary,
        "findings": [
            {
                "cause": one.cause,
                "status": one.status,
                "explanation": one.explanation,
                "next_step": one.next_step or None,
                "evidence": _evidence(one.evidence),
            }
            for one in verdict.findings
        ],
        "account": account(want) if want else None,
        "registrar": registrar(want) if want else None,
        "transport": want.transport if want else None,
        "contact": want.contact if want else None,
        "asked_expiry": want.expiry if want else None,
        "granted_expiry": lease.granted if lease else None,
        "expires_in": lease.expires_in if lease else None,
        "registered_at": moment(lease.registered_at) if lease else None,
        "retry_in": lease.retry_in if lease else None,
        "trusted": verdict.trusted,
        "peers": [
            {
                "section": peer.section,
                "host": peer.host,
                "trusted": peer.trusted,
                "address": running.address if running else None,
                "addresses": running.addresses if running else (),
                "qualify": running.status if running else None,
            }
            for peer, running in verdict.peers
        ],
    }


def _evidence(evidence: Optional[Evidence]) -> Optional[Dict[str, Any]]:
    if evidence is None:
        return None
    return {
        "code": evidence.code,
        "at": moment(evidence.at),
        "from": evidence.server,
        "reason": evidence.reason,
    }


def _unexpected(running: Registration) -> Dict[str, Any]:
    return {
        "driver": running.driver,
        "name": running.name,
        "account": running.account,
        "registrar": running.registrar,
        "state": running.state,
        "registered_at": moment(running.registered_at),
    }


def moment(epoch: Optional[float]) -> Optional[str]:
    """ISO 8601 in UTC, to the second."""
    if epoch is None:
        return None
    return datetime.fromtimestamp(int(epoch), timezone.utc).isoformat().replace("+00:00", "Z")
