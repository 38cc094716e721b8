# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Asterisk is on this host, and which channel drivers it would load (main/loader.c)."""

from __future__ import annotations

import glob
import os
import subprocess
from dataclasses import dataclass
from typing import Dict, Iterator, Mapping, Optional, Sequence, Tuple

from ..config.effective import Effective, EffectiveSection, load
from ..config.text import fold
from ..drivers import DRIVERS, options, pjsip
from ..drivers.option_table import MODULES
from ..drivers.options import Catalogue
from ..errors import ConfigError, SipTrunkError
from . import cli
from .snapshot import Unavailable

# Where packages and builds put the modules, for an asterisk.conf that does not say.
_USUAL = ("/usr/lib/asterisk/modules", "/usr/lib64/asterisk/modules", "/usr/lib/*/asterisk/modules")
# Seconds; it is asked once for each kind of object.
_HELP_TIMEOUT = 5.0
_WAY_OUT = {
    "pjsip": f"pjsip needs {', '.join(pjsip.MODULES)}.",
    "chan_sip": "chan_sip is in Debian 11's package, and in Asterisk 20 or older built with it.",
}
_FALSE = ("no", "false", "n", "f", "0", "off")


@dataclass(frozen=True)
class Installed:
    """version: as ``asterisk -V`` says; drivers: those that it has; missing: the others, and why."""

    version: str
    drivers: Tuple[str, ...]
    missing: Mapping[str, str]


def installed(config_dir: str = "/etc/asterisk") -> Installed:
    """Look at this host; SipTrunkError when there is no Asterisk."""
    try:
        asterisk = cli.program()
    except Unavailable as none:
        raise SipTrunkError(f"Asterisk is not installed: {none}; install it first") from None
    output = subprocess.run(
        [asterisk, "-V"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    ).stdout
    version = cli.read_version(output.decode("utf-8", "replace")) or "of unknown version"
    directories = list(_module_directories(_load(config_dir, "asterisk.conf")))
    modules = _load(config_dir, "modules.conf")
    missing: Dict[str, str] = {}
    for name, driver in DRIVERS.items():
        reasons = filter(None, (_why_not(module, directories, modules) for module in driver.MODULES))
        reason = next(reasons, None)
        if reason:
            missing[name] = reason
    return Installed(version, tuple(driver for driver in DRIVERS if driver not in missing), missing)


def catalogue(version: str, config_dir: str = "/etc/asterisk") -> Catalogue:
    """The options of pjsip.conf that the Asterisk of this host knows: what it says itself overrules our table."""
    return (
        options.installed(version=version)
        or options.installed((), _help(config_dir), version)
        or options.of_release(version)
    )


def _help(config_dir: str) -> str:
    """What a running Asterisk tells on its console; nothing when none runs."""
    ask = cli.connect(config_dir, timeout=_HELP_TIMEOUT)
    try:
        return "\n".join(ask(f"config show help {module} {kind}") for kind, module in MODULES.items())
    except Unavailable:
        return ""


def choose_driver(
    requested: str,
    installed: Installed,
    *,
    candidates: Sequence[str] = tuple(DRIVERS),
    trunks: Sequence[str] = (),
) -> str:
    """The driver to use; SipTrunkError with the way out when this Asterisk does not have it.

    requested: the name of a driver, or ``auto``
    candidates: those that ``auto`` may choose, the preferred one first
    trunks: names of the trunks that need it, for the message
    """
    wanted = list(candidates) if requested == "auto" else [requested]
    for driver in wanted:
        if driver in installed.drivers:
            return driver
    subject = f"trunk {', '.join(trunks)}: " if trunks else ""
    reasons = "; ".join(f"{driver}: {installed.missing.get(driver, 'unknown driver')}" for driver in wanted)
    raise SipTrunkError(
        f"{subject}this Asterisk {installed.version} has no {' or '.join(wanted)} ({reasons}); "
        f"{' '.join(_WAY_OUT[driver] for driver in wanted)}"
    )


def _load(config_dir: str, name: str) -> Optional[Effective]:
    try:
        return load(os.path.join(config_dir, name), config_dir=config_dir)
    except ConfigError:
        return None


def _module_directories(settings: Optional[Effective]) -> Iterator[str]:
    """The directories that may hold the modules, the likeliest first."""
    # Debian keeps its [directories] as a template, so they do not count but repeat what was compiled in.
    sections = (
        [section for section in settings.sections if section.is_named("directories")] if settings else []
    )
    for section in sorted(sections, key=lambda section: section.template):
        entry = section.last("astmoddir")
        if entry:
            yield entry.value
            if not section.template:
                return
    for pattern in _USUAL:
        yield from sorted(glob.glob(pattern))


def _why_not(module: str, directories: Sequence[str], modules: Optional[Effective]) -> Optional[str]:
    """Why Asterisk would not load a driver; None when it would."""
    if not any(os.path.exists(os.path.join(directory, f"{module}.so")) for directory in directories):
        return f"there is no {module}.so in {directories[0] if directories else _USUAL[0]}"
    section = modules.first("modules") if modules else None
    if section:
        unwanted = [entry for entry in section.values("noload") if _is_module(entry.value, module)]
        if unwanted:
            return f"{unwanted[0].path}:{unwanted[0].line} says noload = {unwanted[0].value}"
        autoload = section.last("autoload")
        if autoload and fold(autoload.value) in _FALSE and not _is_loaded(section, module):
            return f"{autoload.path} says autoload = {autoload.value}, and has no load = {module}.so"
    return None


def _is_loaded(section: EffectiveSection, module: str) -> bool:
    keys = ("load", "preload", "require", "preload-require")
    return any(_is_module(entry.value, module) for key in keys for entry in section.values(key))


def _is_module(name: str, module: str) -> bool:
    # resource_name_match(): with or without .so, in any case
    return fold(name) in (module, f"{module}.so")
