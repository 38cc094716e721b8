# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply, change, break and remove trunks at random on one PBX with calls up, and look what became of it each time.

    python3 -m chaos.run [--changes 300] [--seed N] [--image asterisk16] [--driver chan_sip]

A run of the role makes up to three changes, or one that cannot work and must be undone.
No call may be dropped, no registration lost, no stranger let in and no secret printed, and in the end the PBX is as
declared. The same seed makes the same steps, but for the moments at which a run is interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .declared import MAIN, NAMES, Declared, Step, next_step, user_of

ROOT = Path(os.environ.get("CHAOS_ROOT", Path(__file__).resolve().parents[2]))
INVENTORIES = [f"--inventory={ROOT}/tests/{place}/inventory" for place in ("lab", "chaos")]
REALM = "provider.lab.example"
# Seconds that a call is up, and within which all are registered again after the provider was out of order.
CALL, PATIENCE = 400, 150
LOG = ROOT / ".cache/log"


class Wrong(Exception):
    """Something became of a step that must not."""


class Lab:
    """The containers. dir: what is private to this run, mode 0700"""

    def __init__(self, driver: str, image: str) -> None:
        self.name = os.environ.get("LAB_NAME", "telephony-lab")
        self.net = os.environ.get("LAB_NET", "10.89.77")
        self.dir = Path(os.environ.get("LAB_DIR", ROOT / ".cache/lab"))
        self.driver = driver
        self.environment = {
            **os.environ,
            "LAB_DIR": str(self.dir),
            "LAB_PBX": image,
            "ANSIBLE_GATHERING": "explicit",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_DIFF_ALWAYS": "1",
            "ANSIBLE_FORCE_COLOR": "0",
        }
        self.output = (LOG / f"chaos-{driver}-{image}.log").open("wb")

    def end(self) -> None:
        self.play(str(ROOT / "tests/lab/destroy.yml"))
        self.output.close()

    def play(self, *arguments: str, kill_after: float | None = None) -> tuple[int, str]:
        """Run playbooks; returns the exit code and what was printed. kill_after: seconds"""
        command = ["ansible-playbook", "-vvv", *INVENTORIES, *arguments]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            printed, _none = process.communicate(timeout=kill_after or 600)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            printed, _none = process.communicate()
        self.output.write(printed)
        self.output.flush()
        return process.returncode, printed.decode(errors="replace")

    def run(self, host: str, *command: str) -> str:
        done = subprocess.run(
            ["podman", "exec", f"{self.name}-{host}", *command],
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            raise Wrong(f"{host}: {command[0]} ended with {done.returncode}: {done.stdout[-300:]}")
        return done.stdout

    def cli(self, command: str) -> str:
        return self.run("pbx", "asterisk", "-rx", command)

    # The provider

    def knows(self, user: str, secret: str) -> None:
        digest = hashlib.md5(f"{user}:{REALM}:{secret}".encode()).hexdigest()  # noqa: S324
        self.run("provider", "kamcmd", "htable.sets", "account", f"s:{user}", f"s:{digest}")
        self.run("provider", "kamcmd", "htable.sets", "number", f"s:0{user}", f"s:{user}")

    def registers_with(self, fault: str | None) -> None:
        if fault:
            self.run("provider", "kamcmd", "htable.sets", "fault", "register", fault)
        else:
            self.run("provider", "kamcmd", "htable.delete", "fault", "register")

    def registered(self) -> set[str]:
        dump = self.run("provider", "kamcmd", "ul.dump")
        return {
            line.split(":", 1)[1].strip() for line in dump.splitlines() if line.strip().startswith("AoR:")
        }


class Calls:
    """The calls that are up all the time: one in and one out, each followed by another."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.made = self.ended = 0
        self.coming: subprocess.Popen[str] | None = None
        # Until when the one that goes out is up, and each channel is to be there.
        self.going_until = 0.0
        self.channels: dict[str, float] = {}

    def see_that_none_was_dropped(self) -> None:
        now = time.monotonic()
        self.channels = {name: ends for name, ends in self.channels.items() if ends > now}
        dropped = set(self.channels) - self.up()
        if dropped:
            raise Wrong(f"a call was dropped: {', '.join(sorted(dropped))}")
        if self.coming and self.coming.poll() is not None:
            self.finish(self.coming)
            self.coming = None

    def begin_those_that_are_missing(self) -> None:
        """All must be registered: without that, the provider finds no way in."""
        if self.coming is None:
            self.begin(self.call_in)
        if self.going_until <= time.monotonic():
            self.begin(self.call_out)

    def begin(self, call: Callable[[], None]) -> None:
        before = self.up()
        call()
        for _try in range(20):
            time.sleep(0.5)
            new = self.up() - before
            if new:
                break
        else:
            raise Wrong(f"no call could be made: {self.lab.cli('core show channels concise')}")
        # What is left of a call when it ends by itself is none that was dropped.
        self.channels.update(dict.fromkeys(new, time.monotonic() + CALL - 20))
        self.made += 1

    def up(self) -> set[str]:
        rows = (line.split("!") for line in self.lab.cli("core show channels concise").splitlines())
        return {row[0] for row in rows if len(row) > 4 and row[4] == "Up" and "SIP/" in row[0]}

    def call_out(self) -> None:
        self.lab.cli(f"channel originate Local/5551234@to-{MAIN} application Wait {CALL}")
        self.going_until = time.monotonic() + CALL

    def call_in(self) -> None:
        arguments = ["make", f"0{user_of(MAIN)}", f"{self.lab.net}.20", "--from", "0207946@pstn.lab.example"]
        self.coming = subprocess.Popen(
            ["podman", "exec", f"{self.lab.name}-pstn", "python3", "/lab/calls.py", *arguments]
            + ["--hold", str(CALL * 1000)],
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def finish(self, process: subprocess.Popen[str]) -> None:
        said, _none = process.communicate(timeout=CALL + 60)
        result = json.loads(said)
        if (result["succeeded"], result["failed"]) != (1, 0):
            raise Wrong(f"a call in did not end as it should: {said}")
        self.ended += 1

    def end(self) -> None:
        """Wait until all have ended by themselves, and count."""
        if self.coming:
            self.finish(self.coming)
        failed = json.loads(self.lab.run("pstn", "python3", "/lab/calls.py", "answered"))["failed"]
        if failed:
            raise Wrong(f"{failed} calls out did not end as they should")


class Chaos:
    """One PBX, and what is declared for it."""

    def __init__(self, lab: Lab, rng: random.Random) -> None:
        self.lab, self.rng = lab, rng
        addresses = [f"{lab.net}.{last}" for last in (20, 21, 22, 23)]
        self.declared = Declared(dict(zip(NAMES, addresses)))
        self.calls = Calls(lab)
        self.strangers = 0

    def begin(self) -> None:
        places = [str(ROOT / "tests/lab" / name) for name in ("destroy.yml", "create.yml")]
        code, printed = self.lab.play(*places)
        if code:
            raise Wrong(f"the lab does not start: {printed[-500:]}")
        self.declared.trunks = {MAIN: self.declared.new_trunk(MAIN, self.rng)}
        self.tell_provider(self.declared.trunks)
        self.apply(self.declared.trunks)
        code, printed = self.lab.play(str(ROOT / "tests/lab/dialplan.yml"))
        if code:
            raise Wrong(f"the dialplan is not there: {printed[-500:]}")
        self.look()

    def tell_provider(self, trunks: dict[str, Any]) -> None:
        """The passwords of these trunks. One that goes needs the one that it had, to unregister."""
        for name in trunks:
            self.lab.knows(user_of(name), self.declared.secrets[user_of(name)])

    def apply(self, trunks: dict[str, Any], kill_after: float | None = None) -> tuple[int, str]:
        """Run the role with these trunks; nothing that it prints may have a secret."""
        variables = self.lab.dir / "chaos.json"
        variables.touch(mode=0o600)
        variables.write_text(
            json.dumps(
                {
                    "sip_trunks": list(trunks.values()),
                    "trunk_driver": self.lab.driver,
                    "trunk_install": "none",
                    "trunk_verify_wait": 30,
                    "trunk_metrics_file": "",
                }
            )
        )
        code, printed = self.lab.play(
            f"--extra-vars=@{variables}", "telephony.asterisk.provision", kill_after=kill_after
        )
        if any(secret in printed for secret in self.declared.used):
            raise Wrong("a secret was printed")
        return code, printed

    def take(self, step: Step) -> None:
        if step.fails is None:
            self.tell_provider(step.trunks)
        if step.edit:
            name = "sip_trunks.conf" if self.lab.driver == "chan_sip" else "pjsip_trunks.conf"
            self.lab.run("pbx", "sh", "-c", f"echo '; by hand' >> /etc/asterisk/{name}")
        if step.fault:
            self.lab.registers_with(step.fault)
        if step.interrupted:
            self.apply(step.trunks, kill_after=step.interrupted)
        try:
            code, printed = self.apply(step.trunks)
        finally:
            if step.fault:
                self.lab.registers_with(None)
        if step.fails is None:
            if code:
                raise Wrong(f"the role failed: {the_end(printed)}")
            self.declared.trunks = step.trunks
        elif not code:
            raise Wrong("the role did not fail")
        elif step.fails not in the_end(printed):
            raise Wrong(f"the error does not say '{step.fails}': {the_end(printed)}")
        self.look()

    def look(self) -> None:
        """All that must hold after each step."""
        self.calls.see_that_none_was_dropped()
        wanted = {user_of(name) for name in self.declared.trunks}
        give_up = time.monotonic() + PATIENCE
        while True:
            missing = wanted - self.lab.registered()
            said = self.verified()
            if not missing and said == "ok":
                break
            if time.monotonic() > give_up:
                raise Wrong(f"not registered: {sorted(missing)}; the verifier says: {said}")
            time.sleep(2)
        left = self.lab.registered() - wanted
        if left:
            raise Wrong(f"still registered: {sorted(left)}")
        self.calls.begin_those_that_are_missing()
        self.be_a_stranger()

    def verified(self) -> str:
        try:
            report = json.loads(self.lab.run("pbx", "sh", "-c", "siptrunk verify --format json; true"))
        except ValueError:
            return "nothing"
        trunks = {one["trunk"]: one for one in report["trunks"]}
        if set(trunks) != set(self.declared.trunks):
            return f"it has {sorted(trunks)}"
        return "; ".join(one["summary"] for one in report["trunks"] if not one["ok"]) or "ok"

    def be_a_stranger(self) -> None:
        name = self.rng.choice(list(self.declared.trunks))
        user = user_of(name)
        pretended = self.rng.choice((name, f"{name}-in", f"{name}-out", user))
        said = self.lab.run(
            "stranger", "python3", "/lab/calls.py", "make", f"1{user}", f"{self.lab.net}.10",
            "--from", f"{pretended}@{REALM}",
        )  # fmt: skip
        self.strangers += 1
        (exchange,) = json.loads(said)["exchanges"]
        if max(exchange["statuses"], default=0) < 400:
            raise Wrong(f"a stranger who calls himself {pretended} got {exchange['statuses']}")

    def end(self) -> None:
        """The PBX is as declared: the role has nothing to do, and the calls end by themselves."""
        # What was undone while the provider was out of order is proven by the next run.
        self.apply(self.declared.trunks)
        code, printed = self.apply(self.declared.trunks)
        recap = printed.rpartition("PLAY RECAP")[2]
        if code or "changed=0" not in recap:
            raise Wrong(f"the PBX is not as declared: {the_end(printed)}")
        self.calls.end()


def the_end(printed: str) -> str:
    """Of what a run printed, the error."""
    return printed.rpartition("fatal: ")[2][-2000:]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=int, default=300, help="at least (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--driver", choices=("chan_sip", "pjsip"), default="chan_sip")
    parser.add_argument("--image", default="asterisk16", help="of the lab's (default: %(default)s)")
    args = parser.parse_args()
    LOG.mkdir(parents=True, exist_ok=True)
    print(f"{args.changes} changes, seed {args.seed}, {args.driver} on {args.image}", flush=True)
    lab = Lab(args.driver, args.image)
    chaos = Chaos(lab, random.Random(args.seed))
    began = time.monotonic()
    changes = runs = 0
    doing = "begin"
    try:
        chaos.begin()
        while changes < args.changes:
            step = next_step(chaos.declared, chaos.rng)
            doing, runs, changes = str(step), runs + 1, changes + len(step.changes)
            since = time.monotonic()
            chaos.take(step)
            print(f"{changes:4} {time.monotonic() - since:5.0f} s  {doing}", flush=True)
        doing = "end"
        chaos.end()
    except Wrong as wrong:
        print(f"{changes:4} WRONG  {doing}: {wrong}", flush=True)
        print(f"{runs} passed, 1 failed")
        return 1
    finally:
        lab.end()
    print(
        f"{changes} changes in {runs} runs of the role, {time.monotonic() - began:.0f} s: "
        f"{chaos.calls.made} calls were up meanwhile, none was dropped; {chaos.strangers} strangers refused; "
        "no secret printed; the PBX is as declared"
    )
    print(f"{runs} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
