# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as metrics, in the text format of Prometheus (version 0.0.4), for node_exporter's textfile collector."""

from __future__ import annotations

from typing import Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ..causes import BY_SEVERITY, EXIT_CODES, OK, UNKNOWN, WARNING
from ..verify import Report, Verdict, account, registrar
from ..words import printable

Number = Union[int, float]
Sample = Tuple[Mapping[str, str], Optional[Number]]


class Metric(NamedTuple):
    """All are gauges. samples: of one trunk, labels that come to its own, and the value; no value, no sample."""

    name: str
    help: str
    samples: Callable[[Verdict], List[Sample]]


def _of_lease(name: str) -> Callable[[Verdict], List[Sample]]:
    return lambda verdict: [({}, getattr(verdict.lease, name) if verdict.lease else None)]


def _statuses(verdict: Verdict) -> List[Sample]:
    return [({"status": status}, int(verdict.status == status)) for status in BY_SEVERITY]


def _causes(verdict: Verdict) -> List[Sample]:
    return [({"cause": cause}, 1) for cause in dict.fromkeys(one.cause for one in verdict.findings)]


def _asked(verdict: Verdict) -> List[Sample]:
    want = verdict.trunk.registration
    return [({}, want.expiry if want else None)]


OF_TRUNKS = (
    Metric(
        "siptrunk_up",
        "1: the trunk works, registration and trust; 0: it does not, or nobody can tell.",
        lambda verdict: [({}, int(verdict.status in (OK, WARNING)))],
    ),
    Metric("siptrunk_status", "1 for the status of the trunk, 0 for all others.", _statuses),
    Metric(
        "siptrunk_cause", "What is to be said of the trunk; docs/verify-json.md explains each cause.", _causes
    ),
    Metric(
        "siptrunk_registration_expires_seconds",
        "Seconds until the registration expires; negative when it has.",
        _of_lease("expires_in"),
    ),
    Metric("siptrunk_registration_asked_seconds", "The expiry that the PBX asks for.", _asked),
    Metric(
        "siptrunk_registration_granted_seconds",
        "The expiry that the provider granted; chan_pjsip does not tell.",
        _of_lease("granted"),
    ),
    Metric(
        "siptrunk_registered_timestamp_seconds",
        "When the trunk registered last; chan_pjsip does not tell.",
        _of_lease("registered_at"),
    ),
    Metric(
        "siptrunk_registration_retry_seconds",
        "Seconds to the next try of what is not registered; chan_sip does not tell.",
        _of_lease("retry_in"),
    ),
    Metric(
        "siptrunk_trusted_addresses",
        "How many addresses and networks the trunk lets calls in from.",
        lambda verdict: [({}, len(verdict.trusted))],
    ),
)
OF_ALL: Mapping[str, str] = {
    "siptrunk_exit_code": "Of the verifier: 0 ok, 1 warning, 2 critical, 3 unknown.",
    "siptrunk_checked_timestamp_seconds": "When the verifier asked Asterisk.",
    "siptrunk_trunks": "How many trunks are expected.",
    "siptrunk_unexpected_registrations": "How many registrations run that no trunk expects.",
}


def render(report: Report) -> str:
    values: Dict[str, Number] = {
        "siptrunk_exit_code": report.exit_code,
        "siptrunk_checked_timestamp_seconds": round(report.checked_at, 3),
        "siptrunk_trunks": len(report.verdicts),
        "siptrunk_unexpected_registrations": len(report.unexpected),
    }
    return "\n".join([*_of_all(values), *_of_trunks(report)])


def unknown(_reason: str, now: float) -> str:
    """No verdict at all: alerts must see that somebody looked, and what he did not see."""
    values = {"siptrunk_exit_code": EXIT_CODES[UNKNOWN], "siptrunk_checked_timestamp_seconds": round(now, 3)}
    return "\n".join(_of_all(values))


def _of_all(values: Mapping[str, Number]) -> Iterator[str]:
    for name, value in values.items():
        yield from _head(name, OF_ALL[name])
        yield f"{name} {value}"


def _of_trunks(report: Report) -> Iterator[str]:
    series = _series(report.verdicts)
    for metric in OF_TRUNKS:
        lines = [
            f"{metric.name}{{{','.join([own, *map(_label, more.items())])}}} {value}"
            for own, verdict in series.items()
            for more, value in metric.samples(verdict)
            if value is not None
        ]
        if lines:
            yield from _head(metric.name, metric.help)
            yield from lines


def _head(name: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"


def _series(verdicts: Sequence[Verdict]) -> Mapping[str, Verdict]:
    """By their labels. Of several with the same ones, the worst: node_exporter takes the first, and logs errors."""
    found: Dict[str, Verdict] = {}
    for verdict in verdicts:
        labels = ",".join(map(_label, _labels(verdict).items()))
        found[labels] = max(
            found.get(labels, verdict), verdict, key=lambda one: BY_SEVERITY.index(one.status)
        )
    return found


def _labels(verdict: Verdict) -> Mapping[str, str]:
    want = verdict.trunk.registration
    return {
        "trunk": verdict.trunk.name,
        "driver": verdict.trunk.driver,
        "account": account(want) if want else "",
        "registrar": registrar(want) if want else "",
    }


def _label(label: Tuple[str, str]) -> str:
    name, value = label
    escaped = printable(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'
