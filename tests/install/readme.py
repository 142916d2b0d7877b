#!/usr/bin/env python3
"""Runs the commands of README.md's "Five minutes" as they stand, in a copy of the tree, and checks
that each does what the text says."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def commands():
    """The indented lines of the section."""
    text = (ROOT / "README.md").read_text()
    section = re.search(r"^## Five minutes\n(.*?)^## ", text, re.S | re.M)[1]
    return [line.strip() for line in section.splitlines() if line.startswith("    ")]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


def main():
    work = tempfile.mkdtemp()
    tree = pathlib.Path(work) / "molt"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
    port = free_port()
    script = ["set -e", "set -m", "export PYTHONDONTWRITEBYTECODE=1"]
    for line in commands():
        line = line.replace("8443", port)
        script += [f"echo '+ {line}' | sed 's/#.*//'", line]
        if line.endswith("&"):
            script.append("sleep 1")
    shell = subprocess.Popen(["bash", "-c", "\n".join(script)], cwd=tree, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out = shell.communicate(timeout=600)[0]
    finally:
        try:
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        shutil.rmtree(work)
    print(out)
    wanted = [
        r"next boot: ota_0 \(chapter 1\)",
        r"version 1 runs from ota_0",
        r"self test passed: version 2 stays",
        r"power cut in flash operation 100",
        r"version 3 is in ota_. and boots next",
        r"self test failed: back to the version before",
    ]
    missing = [text for text in wanted if not re.search(text, out)]
    if shell.returncode != 0 or missing:
        sys.exit(f"exit code {shell.returncode}; not seen: {missing}")


main()
