# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of chan_pjsip's options (drivers/option_table.py), by asking the Asterisks of the lab's images.

Two sources: the XML documentation of each, and the running Asterisk, which tells of any name that stands in its modules
whether it is an option: it complains of one that is not, for every kind of object that it reads from pjsip.conf. What
it takes and does not document is added; so are the defaults that it really has.

    scripts/with-env python3 scripts/pjsip_options.py
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import time
import uuid
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Set, Tuple

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "plugins/module_utils/siptrunk/drivers/option_table.py"
IMAGES = ("localhost/telephony-lab-asterisk16", "localhost/telephony-lab-asterisk22")
DOCUMENTATION = "/usr/share/asterisk/documentation/core-en_US.xml"
LOG = "/var/log/asterisk/messages"
WIDTH = 110
# In a section's name, between the kind of object and the option that it has.
BETWEEN = "--"
# What no option is called: a kind that takes it is not read from the file, or takes any name.
NONSENSE = "no_such_option"
CONFIG = {
    # res_pjsip_publish_asterisk does not load without.
    "asterisk.conf": "[options]\nentityid = 02:00:00:00:00:01\n",
    "modules.conf": "[modules]\nautoload = yes\nnoload = chan_sip.so\n",
    "logger.conf": "[general]\nlogger_queue_limit = 10000000\n[logfiles]\nmessages = error\n",
}
# Asterisk keeps the objects of some kinds in its database, and reads no more than one of others, unless told otherwise.
ALL = "".join(
    f"[{module}]\n" + "".join(f"{kind} = config,pjsip.conf,criteria=type={kind}\n" for kind in kinds)
    for module, kinds in {
        "res_pjsip": ("contact", "global", "system"),
        "res_pjsip_pubsub": ("subscription_persistence",),
    }.items()
)
# An object of each kind that the console shows, with no more than it must have.
BARE = {
    "endpoint": "",
    "aor": "",
    "auth": "username=someone\npassword=secret\n",
    "transport": "bind=127.0.0.1\n",
    "registration": "server_uri=sip:there.invalid\nclient_uri=sip:me@there.invalid\n",
    "identify": "endpoint=endpoint\nmatch=127.0.0.1\n",
    "global": "",
    "system": "",
}
HEADER = '''\
# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of chan_pjsip: written by scripts/pjsip_options.py, not by hand.

A row holds for the releases in ``in``, or for all; ``since`` are the first releases of the branches that have it;
``really`` is the default that the running Asterisk has, where the documentation gives none or another one;
``instead`` gives the value that an alias or a deprecated one stands for; ``deprecated`` the option to use instead.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

# fmt: off
'''


class Asked(NamedTuple):
    """What one Asterisk says. *taken*: of the kinds of which it complains about nonsense; *defaults*: the real ones."""

    release: str
    kinds: Mapping[str, Any]
    taken: Mapping[str, Set[str]]
    defaults: Mapping[str, Mapping[str, str]]


def main() -> int:
    TABLE.write_text(table([ask(image) for image in IMAGES]))
    print(f"written: {TABLE.relative_to(ROOT)}")
    return 0


def documentation() -> Any:
    """The engine's reader, alone: the rest of the engine needs the table."""
    if "option_docs" not in sys.modules:
        spec = importlib.util.spec_from_file_location("option_docs", TABLE.with_name("option_docs.py"))
        assert spec is not None and spec.loader is not None
        sys.modules["option_docs"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["option_docs"])
    return sys.modules["option_docs"]


def ask(image: str) -> Asked:
    release = ".".join(re.findall(r"\d+", run(image, "asterisk", "-V").decode())[:3])
    kinds = documentation().documented(run(image, "cat", DOCUMENTATION))
    strings = words(image, {kind.module for kind in kinds.values()})
    names = {
        kind.name: {NONSENSE, *strings[kind.module], *map(str.lower, kind.options)} for kind in kinds.values()
    }
    refused = complaints(errors(image, {"pjsip.conf": probes(names), "sorcery.conf": ALL}))
    taken = {kind: names[kind] - refused[kind] for kind in names if NONSENSE in refused.get(kind, ())}
    return Asked(release, kinds, taken, defaults(image))


def defaults(image: str) -> Dict[str, Dict[str, str]]:
    """What the console shows of objects that say nothing."""
    text = "".join(f"[{kind}]\ntype={kind}\n{must}" for kind, must in BARE.items())
    found: Dict[str, Dict[str, str]] = {kind: {} for kind in BARE}
    with started(image, {"pjsip.conf": text}) as name:
        for kind, must in BARE.items():
            about = f"{kind} {kind}" if kind not in ("global", "system") else "settings"
            shown = inside(name, "asterisk", "-rx", f"pjsip show {about}")
            if about == "settings":
                shown = shown[shown.lower().index(f"{kind} settings") :].split("\n\n\n")[0]
            for option, value in re.findall(r"^ (\w+) +: (.*)$", shown, re.MULTILINE):
                if f"{option}=" not in must and option != "ParameterName":
                    found[kind][option] = yes_or_no(value.strip())
    return found


def words(image: str, modules: Set[str]) -> Dict[str, Set[str]]:
    """What may be a name in each module: the end of a string may be another string, to the linker."""
    script = 'cd "$(dirname "$(find /usr/lib -name res_pjsip.so)")" && tar -c "$@"'
    archive = run(image, "bash", "-c", script, "bash", *sorted(f"{module}.so" for module in modules))
    found: Dict[str, Set[str]] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files.getmembers():
            content = files.extractfile(member)
            assert content is not None
            strings = re.findall(rb"([a-z0-9_-]+)\0", content.read())
            ends = {text[start:].decode() for text in strings for start in range(len(text) - 1)}
            found[member.name[: -len(".so")]] = {end for end in ends if end[0].isalnum() and len(end) <= 64}
    return found


def probes(names: Mapping[str, Set[str]]) -> str:
    """For each name an object that has it: Asterisk stops at the first wrong one."""
    return "".join(
        f"[{kind}{BETWEEN}{name}]\ntype={kind}\n{name}=\n" for kind in names for name in sorted(names[kind])
    )


def complaints(messages: str) -> Dict[str, Set[str]]:
    assert "Discarding" not in messages, "Asterisk's log is not complete"
    found: Dict[str, Set[str]] = {}
    pattern = rf"Could not find option suitable for category '(.+?){BETWEEN}(.+?)' named '\2'"
    for kind, name in re.findall(pattern, messages):
        found.setdefault(kind, set()).add(name)
    return found


# The table.


def table(asked: Sequence[Asked]) -> str:
    """The same answers give the same text."""
    asked = sorted(asked, key=lambda one: [int(number) for number in one.release.split(".")])
    modules = {name: kind.module for one in asked for name, kind in one.kinds.items()}
    lines = [f"RELEASES: Sequence[str] = {quoted([one.release for one in asked])}"]
    lines += ["", "# The module that knows a kind of object.", "MODULES: Mapping[str, str] = {"]
    lines += [f"    {quoted(kind)}: {quoted(modules[kind])}," for kind in sorted(modules)]
    lines += ["}", "", "TABLE: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = {"]
    for kind in sorted(modules):
        lines.append(f"    {quoted(kind)}: {{")
        for name, rows in options(kind, asked).items():
            lines += written(name, rows)
        lines.append("    },")
    return "\n".join([HEADER + lines[0], *lines[1:], "}", ""])


def options(kind: str, asked: Sequence[Asked]) -> Dict[str, List[Dict[str, Any]]]:
    """The rows of each option, one for the releases that say the same."""
    found: Dict[str, List[Tuple[Dict[str, Any], List[str]]]] = {}
    since: Dict[str, Tuple[str, ...]] = {}
    for one in asked:
        for name, row in rows_of(kind, one):
            since[name] = row.pop("since") or since.get(name, ())
            same = next((releases for other, releases in found.setdefault(name, []) if other == row), None)
            if same is None:
                found[name].append((row, [one.release]))
            else:
                same.append(one.release)
    for name, dates in since.items():
        seen = {one.release: any(one.release in releases for _row, releases in found[name]) for one in asked}
        if dates and any(documentation().has(release, dates) != known for release, known in seen.items()):
            print(
                f"{kind} {name}: the documentation dates it {', '.join(dates)}, but that is not so",
                file=sys.stderr,
            )
            since[name] = ()
    return {
        name: [
            {
                **({"in": " ".join(releases)} if len(releases) < len(asked) else {}),
                **({"since": " ".join(since[name])} if since[name] else {}),
                **row,
            }
            for row, releases in found[name]
        ]
        for name in sorted(found)
    }


def rows_of(kind: str, one: Asked) -> Iterator[Tuple[str, Dict[str, Any]]]:
    documented = one.kinds[kind].options if kind in one.kinds else {}
    taken = one.taken.get(kind)
    for name, option in documented.items():
        if taken is None or name.lower() in taken:
            really = one.defaults.get(kind, {}).get(name)
            row = {
                "since": option.since,
                "default": option.default,
                "really": None if really is None or same(option.default or "", really) else really,
                "values": " ".join(option.values) or None,
                "instead": dict(option.instead) or None,
                "deprecated": option.replacement or "" if option.deprecated else None,
            }
            yield name, {key: value for key, value in row.items() if value is not None}
    for name in beginnings((taken or set()) - {name.lower() for name in documented}):
        yield name, {"since": ()}


def same(documented: str, really: str) -> bool:
    """Whether two values are one, written in two ways; in <> stands what is different on each host."""
    with contextlib.suppress(ValueError):
        return float(documented) == float(really)
    return "<" in documented or yes_or_no(documented) == really


def yes_or_no(value: str) -> str:
    """A truth value in the way in which people write it."""
    truth = {"true": "yes", "yes": "yes", "false": "no", "no": "no"}
    return truth.get(value.lower(), value)


def beginnings(names: Set[str]) -> List[str]:
    """Of names that all begin with a shorter one of them, that one: it takes anything that begins so."""
    short = [name for name in names if not any(name != other and name.startswith(other) for other in names)]
    return sorted(
        f"{name}{documentation().ANY}"
        if any(other != name and other.startswith(name) for other in names)
        else name
        for name in short
    )


def written(name: str, rows: Sequence[Mapping[str, Any]]) -> List[str]:
    """The rows of an option: on a line, or on several if that would be too long."""
    line = f"{' ' * 8}{quoted(name)}: {quoted(rows)},"
    if len(rows) == 1 and len(line) <= WIDTH:
        return [line]
    lines = [f"{' ' * 8}{quoted(name)}: ["]
    for row in rows:
        line = f"{' ' * 12}{quoted(row)},"
        lines += [line] if len(line) <= WIDTH else spread(row)
    return [*lines, " " * 8 + "],"]


def spread(row: Mapping[str, Any]) -> List[str]:
    lines = [" " * 12 + "{"]
    for key, value in row.items():
        line = f"{' ' * 16}{quoted(key)}: {quoted(value)},"
        if len(line) <= WIDTH:
            lines.append(line)
        else:
            parts = textwrap.wrap(value, WIDTH - 30, break_on_hyphens=False)
            texts = [quoted(part + " ") for part in parts[:-1]] + [quoted(parts[-1])]
            lines += [f"{' ' * 16}{quoted(key)}: (", *(" " * 20 + text for text in texts), " " * 16 + "),"]
    return [*lines, " " * 12 + "},"]


def quoted(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {quoted(text)}" for key, text in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(quoted, value)) + "]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# The containers.


def run(image: str, *command: str) -> bytes:
    full = [
        "podman",
        "run",
        "--rm",
        "--network",
        "none",
        "--pull",
        "never",
        "--entrypoint",
        command[0],
        image,
    ]
    return subprocess.run([*full, *command[1:]], check=True, capture_output=True).stdout


@contextlib.contextmanager
def started(image: str, files: Mapping[str, str]) -> Iterator[str]:
    """An Asterisk with this configuration; gives the container's name."""
    name = f"pjsip-options-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        for file, text in {**CONFIG, **files}.items():
            Path(directory, file).write_text(text)
        start = ["podman", "run", "--detach", "--rm", "--name", name, "--network", "none", "--pull", "never"]
        start += ["--volume", f"{directory}:/etc/asterisk", "--entrypoint", "asterisk", image, "-f", "-n"]
        subprocess.run(start, check=True, capture_output=True)
        try:
            wait(name, "fully booted", "asterisk", "-rx", "core waitfullybooted")
            yield name
        finally:
            end = ["podman", "rm", "--force", "--time", "0", name]
            subprocess.run(end, check=False, capture_output=True)


def errors(image: str, files: Mapping[str, str]) -> str:
    """The errors that an Asterisk with this configuration logs."""
    with started(image, files) as name:
        # A thread of its own writes the log, in the order of the messages: it is complete with the last one.
        inside(name, "asterisk", "-rx", f"module load {NONSENSE}")
        wait(name, f"{NONSENSE}.so", "tail", "-n", "3", LOG)
        return inside(name, "cat", LOG)


def wait(name: str, text: str, *command: str) -> None:
    """Until a program in a container writes a text."""
    give_up = time.monotonic() + 120
    while text not in inside(name, *command):
        assert time.monotonic() < give_up, f"{' '.join(command)} does not tell {text}"
        time.sleep(0.2)


def inside(name: str, *command: str) -> str:
    """What a program in a container writes."""
    done = subprocess.run(["podman", "exec", name, *command], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
