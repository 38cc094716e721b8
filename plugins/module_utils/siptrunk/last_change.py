# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last change of a PBX's files: what makes it take effect, and what undoes it.

It stands in a file beside the backups, before the first of them is needed. So a change whose play was cut off is not
taken for one that runs, and until a change is proven, the backups stay those of the last configuration that was.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from typing import Any, Mapping, Optional, Sequence, Tuple

from .deployment import OWN, PlannedFile, WrittenFile, apply
from .errors import ConfigError, SipTrunkError
from .files import Attributes, copy, put, read_text
from .states import Planned, registering
from .times import local_time

SCHEMA = "siptrunk.change/1"
# No #include *.conf of Asterisk picks it up, as with the backups.
FILENAME = "sip_trunks.change~"
_MODE = 0o600


@dataclass(frozen=True)
class Change:
    """It holds names and commands, and no secrets.

    files: all that differ from the last configuration that was proven, with the backups that are of it
    reload, registers, undo, renews, left: as in Planned
    proven_at: epoch seconds; None as long as nobody has seen that it works
    """

    files: Tuple[WrittenFile, ...] = ()
    reload: Tuple[str, ...] = ()
    registers: Tuple[str, ...] = ()
    undo: Tuple[str, ...] = ()
    renews: Tuple[str, ...] = ()
    left: Tuple[str, ...] = ()
    proven_at: Optional[float] = None

    @property
    def was_nothing(self) -> bool:
        return not self.files and not self.reload


def last(config_dir: str) -> Optional[Change]:
    """None when there is none; ConfigError when it cannot be read."""
    path = os.path.join(config_dir, FILENAME)
    text = read_text(path)
    if text is None:
        return None
    try:
        content = json.loads(text)
        if content.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        files = tuple(WrittenFile(file["path"], file["backup"]) for file in content.pop("files"))
        proven_at = content.pop("proven_at")
        content.pop("touched", None)  # of version 0.9.0
        return Change(files, **{key: tuple(value) for key, value in content.items()}, proven_at=proven_at)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            path, f"is no record of a change ({type(error).__name__}); remove it and reload Asterisk"
        ) from None


def unproven(config_dir: str) -> Change:
    """The last change if nobody has seen that it works; otherwise an empty one."""
    change = last(config_dir)
    return change if change and change.proven_at is None else Change()


def after(planned: Planned, earlier: Change, driver: str) -> Change:
    """What there is to be done when a plan is carried out on top of a change that was not proven.

    driver: of the trunks
    """
    was = {trunk["name"] for trunk in planned.before if trunk.get("registration")}
    is_now = {trunk["name"] for trunk in planned.after if trunk.get("registration")}
    registers = [name for name in _union(earlier.registers, planned.registers) if name in is_now]
    # Maybe Asterisk has loaded it, and no reload has them register anew.
    forced = [] if earlier.was_nothing else registering(driver, registers)
    return Change(
        earlier.files,
        _union(earlier.reload, planned.reload, forced),
        tuple(registers),
        _union(planned.undo, earlier.undo),
        _union(planned.renews, earlier.renews),
        # One that has come back leaves nothing; one that was there all the time has another account.
        _union([name for name in earlier.left if name in was or name not in is_now], planned.left),
    )


def carry_out(planned: Planned, config_dir: str, earlier: Change, driver: str) -> Change:
    """Write the files, on top of a change that was not proven. When one cannot be written, none of them is."""
    change = after(planned, earlier, driver)
    kept = {
        file.path: file.backup for file in earlier.files if not file.backup or os.path.exists(file.backup)
    }

    def begin(written: Sequence[WrittenFile]) -> None:
        nonlocal change
        change = replace(change, files=_files(earlier.files, written))
        _store(change, config_dir)

    if not any(file.content_changes for file in planned.files):
        apply(planned.files, backup=False)
        return change
    # The backups of what was proven are replaced: nobody may take the new ones for them.
    _store(earlier, config_dir)
    try:
        apply(planned.files, backup=True, kept=kept, begin=begin)
    except BaseException:
        _store(earlier, config_dir)
        raise
    return change


def settle(config_dir: str, now: float) -> Change:
    """Note that the last change works, or that there is nothing to be noted any more; gives what it was."""
    change = unproven(config_dir)
    if not change.was_nothing:
        _store(Change(change.files, undo=change.undo, renews=change.renews, proven_at=now), config_dir)
    return change


def restored(config_dir: str) -> Tuple[Change, Tuple[PlannedFile, ...]]:
    """What undoes the last change, and the files as they were before; SipTrunkError when that is not known.

    Of a file that was not there, the text is empty.
    """
    change = last(config_dir)
    if change is None or not change.files:
        raise SipTrunkError(
            f"{config_dir}: there is no earlier configuration to return to; the role keeps the one of before its "
            "last change, and it was returned to, or there was none"
        )
    planned = []
    for file in change.files:
        text = read_text(file.backup) if file.backup else ""
        if text is None:
            raise ConfigError(
                file.path, f"cannot be brought back: its backup {file.backup} is gone; nothing was changed"
            )
        if change.proven_at is not None and _time_of(file.path) > change.proven_at:
            raise ConfigError(
                file.path,
                f"was changed after {local_time(change.proven_at)}, and that would be lost; nothing was changed. "
                f"Bring that change to {file.backup or 'safety'}, or run the role",
            )
        there = os.path.exists(file.path) and os.path.basename(file.path) in OWN
        attributes = Attributes.of(file.path) if there else None
        planned.append(PlannedFile(file.path, read_text(file.path), text, None, attributes))
    return Change(reload=change.undo, registers=change.renews), tuple(planned)


def put_back(config_dir: str) -> Change:
    """Undo the last change; each file is the new or the old one at every instant. Gives what is to be done now."""
    change, _planned = restored(config_dir)
    going = last(config_dir) or Change()
    # Whoever comes next must reload even when this is cut off.
    _store(replace(going, reload=change.reload, registers=change.registers, proven_at=None), config_dir)
    for file in going.files:
        # Whoever begins again needs the backups once more.
        if file.backup:
            copy(file.backup, file.path)
        elif os.path.exists(file.path):
            os.unlink(file.path)
    _store(change, config_dir)
    for backup in filter(None, (file.backup for file in going.files)):
        os.unlink(backup)
    return replace(change, files=going.files)


def _store(change: Change, config_dir: str) -> None:
    path = os.path.join(config_dir, FILENAME)
    if change.was_nothing:
        if os.path.exists(path):
            os.unlink(path)
        return
    content: Mapping[str, Any] = {"schema": SCHEMA, **asdict(change)}
    put(path, json.dumps(content, indent=2) + "\n", _MODE)


def _union(*lists: Sequence[str]) -> Tuple[str, ...]:
    return tuple(dict.fromkeys(one for several in lists for one in several))


def _files(earlier: Sequence[WrittenFile], written: Sequence[WrittenFile]) -> Tuple[WrittenFile, ...]:
    return tuple({file.path: file for file in (*earlier, *written)}.values())


def _time_of(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return 0.0
