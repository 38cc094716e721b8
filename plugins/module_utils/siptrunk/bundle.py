# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as one executable file (a zip application, PEP 441) for a PBX."""

from __future__ import annotations

import importlib.resources
import io
import zipfile
from typing import Any, Iterator, Tuple

# It needs nothing of this host but Python: no packages, and no variables of whoever runs it, which may be root.
_SHEBANG = b"#!/usr/bin/python3 -IS\n"
_PACKAGE = "siptrunk"
_MAIN = f"import sys\nfrom {_PACKAGE}.__main__ import main\nsys.exit(main())\n".encode()
# The earliest time that a zip file can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
_REGULAR_0644 = 0o100644 << 16


def build() -> bytes:
    """The file's content; the same sources always give the same bytes."""
    content = io.BytesIO(_SHEBANG)
    content.seek(0, io.SEEK_END)
    with zipfile.ZipFile(content, "a") as archive:
        root = importlib.resources.files(__name__.rpartition(".")[0])
        for name, source in [("__main__.py", _MAIN), *sorted(_sources(root, _PACKAGE))]:
            member = zipfile.ZipInfo(name, _TIME)
            member.external_attr = _REGULAR_0644
            member.create_system = 3
            member.compress_type = zipfile.ZIP_STORED
            archive.writestr(member, source)
    return content.getvalue()


def _sources(directory: Any, path: str) -> Iterator[Tuple[str, bytes]]:
    for entry in directory.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _sources(entry, name)
        elif name.endswith(".py"):
            yield name, entry.read_bytes()
