# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files so that at every instant the old or the new one is there, complete."""

from __future__ import annotations

import grp
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from typing import Optional

from .errors import ConfigError


@dataclass(frozen=True)
class Attributes:
    """Owner, group and permission bits of a file."""

    uid: int
    gid: int
    mode: int

    @classmethod
    def of(cls, path: str) -> Attributes:
        """What the file at *path* has now; OSError when it is not there."""
        status = os.stat(path)
        return cls(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))

    @classmethod
    def named(cls, owner: str, group: str, mode: int) -> Attributes:
        """By names, as an administrator writes them; ConfigError for an unknown one."""
        try:
            return cls(pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid, mode)
        except KeyError as unknown:
            raise ConfigError("owner and group", f"not on this host: {unknown.args[0]}") from None

    def put_on(self, path: str) -> None:
        # The order matters: chown clears set-id bits, and nobody gets access before the owner is right.
        os.chown(path, self.uid, self.gid)
        os.chmod(path, self.mode)


def read_text(path: str) -> Optional[str]:
    """The file's text, undecodable bytes kept as surrogates; None when there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def write_text(path: str, text: str, attributes: Attributes) -> None:
    """Replace the file atomically; a symbolic link is followed, not replaced."""
    path = os.path.realpath(path)
    directory = os.path.dirname(path)
    # mkstemp creates 0600: the content is never readable by others, not even for a moment.
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        attributes.put_on(temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _sync_directory(directory)


def back_up(path: str) -> str:
    """Copy the file to ``PATH~`` with its owner and mode; returns the copy's path.

    It replaces an earlier copy: old passwords must not pile up. No ``#include *.conf`` of Asterisk picks it up.
    """
    path = os.path.realpath(path)
    copy = f"{path}~"
    text = read_text(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    write_text(copy, text, Attributes.of(path))
    return copy


def _sync_directory(directory: str) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
