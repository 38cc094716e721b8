# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before trunks are written, the rules of the linter look at the PBX as it would be.

What they find in the files that belong to the trunks, in the sections that stand for them, or in the contexts that
their calls come to, refuses the whole change, if it is grave and nobody has accepted it. In files that people keep,
what was so before is told, and no reason. What is wrong elsewhere is not our business.
"""

from __future__ import annotations

from typing import Collection, FrozenSet, Iterable, Iterator, Mapping, Optional, Sequence, Tuple

from .config.effective import EffectiveSection
from .errors import SipTrunkError
from .files import read_text
from .lint.acceptance import Acceptance
from .lint.linting import lint
from .lint.loading import from_texts, of_directory
from .report.lint.text import line
from .rules.books import RULES
from .rules.rule import ERROR, Finding
from .states import Pbx, Planned

Kind = Tuple[str, str, Optional[str], Optional[str]]


class Refused(SipTrunkError):
    """The trunks would not work, or would let somebody in; every finding is in ``findings``."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        told = map(line, findings)
        super().__init__(
            "\n".join([*told, "nothing was written; mend it, or accept a rule, with the reason, by accept"])
        )


def accepting(accepted: Sequence[Mapping[str, str]]) -> Sequence[Acceptance]:
    """From pairs of rule and reason; SipTrunkError for what is no such thing."""
    for one in accepted:
        if one["rule"] not in RULES:
            raise SipTrunkError(
                f"accept: there is no rule {one['rule']}; siptrunk lint --list-rules shows all"
            )
        if not one["reason"].strip():
            raise SipTrunkError(f"accept: {one['rule']}: a reason is needed, for whoever reads this next")
    return [Acceptance((one["rule"],), one["reason"], "accept", None) for one in accepted]


def check(plan: Planned, names: Collection[str], pbx: Pbx, accepted: Sequence[Acceptance]) -> Sequence[str]:
    """Raise Refused for what is wrong with the trunks of these names as they are planned.

    Returns what to tell: what was wrong before, in files that people keep, and acceptances that nothing needs.
    """
    planned = {file.path: file.after for file in plan.files}

    def read(path: str) -> Optional[str]:
        return planned[path] if path in planned else read_text(path)

    report = lint([of_directory(pbx.config_dir, read, pbx.catalogue)], accepted)
    own = {file.path for file in plan.files if file.attributes}
    sections = list(_sections(names, plan))
    places = {(section.path, section.name) for section in sections}
    contexts = {entry.value for section in sections for entry in section.values("context")}
    grave = [one for one in report.findings if one.at_least(ERROR)]
    theirs = [
        one
        for one in grave
        if one.path not in own and ((one.path, one.section) in places or one.section in contexts)
    ]
    before = _kinds(pbx, accepted) if theirs else frozenset()
    _refuse(one for one in grave if one.path in own or (one in theirs and _kind(one) not in before))
    used = {by for _finding, by in report.accepted}
    idle = [one.rules[0] for one in accepted if one not in used]
    return [*map(line, theirs), *(f"accept: {rule}: nothing of the kind is found" for rule in idle)]


def _kinds(pbx: Pbx, accepted: Sequence[Acceptance]) -> FrozenSet[Kind]:
    """What is found now."""
    report = lint([of_directory(pbx.config_dir, read_text, pbx.catalogue)], accepted)
    return frozenset(map(_kind, report.findings))


def _kind(finding: Finding) -> Kind:
    """What stays of a finding when its line moves."""
    return finding.rule, finding.path, finding.section, finding.option


def check_text(files: Mapping[str, str], accepted: Sequence[Acceptance]) -> None:
    """The same for files that are on no PBX, by the names of those that would include them."""
    _refuse(lint([from_texts(files, parts=True)], accepted).findings)


def _refuse(findings: Iterable[Finding]) -> None:
    grave = [one for one in findings if one.at_least(ERROR)]
    if grave:
        raise Refused(grave)


def _sections(names: Collection[str], plan: Planned) -> Iterator[EffectiveSection]:
    """Those that stand for the trunks, whoever keeps the file."""
    for trunk, origin in zip(plan.found.trunks, plan.found.origins):
        if trunk["name"] in names:
            yield from origin.sections
