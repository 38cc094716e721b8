# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files so that at every instant the old or the new one is there, complete, and one writer at a time."""

from __future__ import annotations

import fcntl
import glob
import grp
import os
import pwd
import stat
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Iterator, Optional, Union

from .errors import ConfigError

# Seconds that a writer waits for another one, and between two looks.
PATIENCE = 60.0
PAUSE = 0.1


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

    def put_on(self, path: Union[str, int]) -> None:
        """Give them to the file at a path, or behind a file descriptor."""
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


@contextmanager
def lock(directory: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other writers out of a directory of configuration; it ends with the process at the latest.

    Raises ConfigError when another one does not come out for so many seconds. The lock is flock()'s, on the
    directory itself: there is no file that could be left behind or be included.
    """
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(directory, "there is no such directory") from None
    try:
        give_up = time.monotonic() + patience
        while not _is_locked(handle):
            if time.monotonic() >= give_up:
                raise ConfigError(
                    directory, f"another play is at work there, and was not done within {patience:g} seconds"
                )
            time.sleep(PAUSE)
        yield
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_text(path: str, text: str, attributes: Attributes) -> None:
    """Replace the file atomically; a symbolic link is followed, not replaced.

    What a writer of the same file has left behind when it was killed is removed. Where there may be other writers,
    call it inside of lock().
    """
    _replace(os.path.realpath(path), text, attributes)


def put(path: str, text: str, mode: int) -> None:
    """The same for an answer or a memory, in a file of whoever runs this, with these permission bits.

    A symbolic link is replaced, not followed: in a directory of somebody else, he would choose what root overwrites.
    """
    directory, name = os.path.split(path)
    _replace(
        os.path.join(os.path.realpath(directory), name), text, Attributes(os.geteuid(), os.getegid(), mode)
    )


def _replace(path: str, text: str, attributes: Attributes) -> None:
    # Who only reads need not wait for this.
    import tempfile

    if os.path.exists(path) and not os.path.isfile(path):
        # A device such as /dev/null would become a file.
        raise ConfigError(path, "is no regular file, and is not replaced by one")
    directory, name = os.path.split(path)
    # No #include of Asterisk picks it up: a pattern does not match names that begin with a dot.
    prefix = f".{name}.siptrunk-"
    for leftover in glob.glob(os.path.join(glob.escape(directory), glob.escape(prefix) + "*")):
        os.unlink(leftover)
    # mkstemp creates 0600: the content is never readable by others, not even for a moment.
    handle, temporary = tempfile.mkstemp(prefix=prefix, dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            attributes.put_on(file.fileno())
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _sync_directory(directory)


def back_up(path: str) -> str:
    """Copy the file to ``PATH~``; returns the copy's path.

    It replaces an earlier copy: old passwords must not pile up. No ``#include *.conf`` of Asterisk picks it up.
    """
    path = os.path.realpath(path)
    copied = f"{path}~"
    copy(path, copied)
    return copied


def copy(path: str, to: str) -> None:
    """Copy the file with its owner, its mode and its times, as atomically as write_text()."""
    text = read_text(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    write_text(to, text, Attributes.of(path))
    times = os.stat(path)
    os.utime(to, ns=(times.st_atime_ns, times.st_mtime_ns))


def _sync_directory(directory: str) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
