"""What a Dockerfile says, done without a container engine: a folder stands for the file system of each stage."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

TOP = ("checkout", "etc", "opt", "var")  # folders of the image that its steps name
OUTSIDE = ("PIP_", "SSL_", "HTTP", "http", "no_proxy", "NO_PROXY", "REQUESTS_")  # how an index is reached
PYTHON = Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def instructions(text):
    """Pairs of a name and what follows it."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def ignored(text):
    """For `shutil.copytree` from the root of a checkout: names there that are let in, and patterns of what is
    left out below."""
    rules = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert rules[0] == "*", "it says what is let in, not what is left out"
    let_in = [rule[1:] for rule in rules if rule.startswith("!")]
    left_out = [rule for rule in rules[1:] if not rule.startswith("!")]

    def ignore(root, folder, names):
        at = Path(folder).relative_to(root)
        found = set()
        for name in names:
            path = at / name
            in_the_root = at == Path() and not any(fnmatch.fnmatch(name, rule) for rule in let_in)
            below = any(
                fnmatch.fnmatch(name, rule[3:]) if rule.startswith("**/") else str(path) == rule
                for rule in left_out
            )
            found |= {name} if in_the_root or below else set()
        return found

    return ignore


@dataclass
class Image:
    """`root` is the folder of the stage that is being made; the steps that were run are in `ran`. `swapped`: what is
    taken elsewhere, as the numbers of users and ports."""

    root: Path
    context: Path
    swapped: dict[str, str]
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    settings: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    _stages: dict[str, Path] = field(default_factory=dict)

    def here(self, text):
        """With paths and numbers of the image as they are on this machine."""
        text = re.sub(rf"(?<![\w.)/-])/({'|'.join(TOP)})\b", rf"{self.root}/\1", text)
        for number, ours in self.swapped.items():
            text = re.sub(rf"\b{number}\b", ours, text)
        return text

    def build(self):
        for name, text in instructions((self.context / "Dockerfile").read_text()):
            getattr(self, f"_{name.lower()}", lambda text, name=name: self._set(name, text))(text)
        return self

    def environ(self):
        """Of a container: nothing of this process."""
        return dict(self.env)

    def command(self, name):
        """That of CMD or HEALTHCHECK."""
        return [self.here(each) for each in json.loads(self.settings[name])]

    def _set(self, name, text):
        assert name in ("USER", "EXPOSE", "STOPSIGNAL", "CMD"), f"the test does not know {name}"
        self.settings[name] = text

    def _healthcheck(self, text):
        options, _, command = text.partition("CMD ")
        self.settings |= dict(re.findall(r"--([a-z-]+)=(\S+)", options)) | {"HEALTHCHECK": command}

    def _from(self, text):
        image, _, stage = text.partition(" AS ")
        name = image.split(":")
        assert name[0] == "python"
        if self.root.exists():  # a stage before: its folder goes aside, so that only what is copied is there
            aside = self.root.with_name(f"{self.root.name}-{len(self._stages)}")
            self.root.rename(aside)
            self._stages = {each: aside if at == self.root else at for each, at in self._stages.items()}
        self.root.mkdir()
        (self.root / "etc").mkdir()
        (self.root / "opt").mkdir()
        (self.root / "var/lib").mkdir(parents=True)
        self._stages[stage or "last"] = self.root
        self.settings["FROM"] = image
        self.workdir, self.env = "/", {"PATH": f"{PYTHON.parent}:/usr/sbin:/usr/bin:/sbin:/bin"}

    def _arg(self, text):
        name, _, value = text.partition("=")
        self.env[name] = value

    def _env(self, text):
        for each in shlex.split(text):
            name, _, value = each.partition("=")
            self.env[name] = self.here(value).replace("$PATH", self.env["PATH"])

    def _workdir(self, text):
        self.workdir = text
        Path(self.here(text)).mkdir(parents=True, exist_ok=True)

    def _copy(self, text):
        *options, source, target = text.split()
        if not options:
            assert (source, target) == (".", ".")
            ignore = ignored((self.context / ".dockerignore").read_text())
            shutil.copytree(
                self.context,
                self.here(self.workdir),
                ignore=lambda folder, names: ignore(self.context, folder, names),
                dirs_exist_ok=True,
            )
            return
        (stage,) = (each.removeprefix("--from=") for each in options)
        there = self._stages[stage] / source.lstrip("/")
        shutil.copytree(there, self.here(target), symlinks=True, copy_function=os.link)

    def _run(self, text):
        inherited = {name: value for name, value in os.environ.items() if name.startswith(OUTSIDE)}
        done = subprocess.run(
            ["sh", "-ec", self.here(text)],
            cwd=self.here(self.workdir),
            env={**inherited, **self.env},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"RUN {text}: {done.stdout}{done.stderr}"
        self.ran.append(text)
