#!/usr/bin/env python3
"""Checks every #include in the tree against layers.txt. Prints "file:line: why" and exits 1.

A file's layer is its folder: core/X, device/X and cli, port, sim, tests by name; include/molt is
"molt" and the rest of include/ is "api". A quoted include names the layer first ("slots/map.h");
one without a folder ("esp_err.h") is an api header.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
GROUPS = ("core", "device")
CHECKED = ("core", "device", "include", "port", "sim", "cli", "tests", "examples")


def read_rules(path):
    sets, rules = {}, {}
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if "=" in line:
            name, words = line.split("=")
            sets[name.strip()] = {h for w in words.split() for h in sets.get(w, {w})}
        elif ":" in line:
            layer, rest = line.split(":")
            below, system = rest.split("|")
            for name in below.split():
                if name not in rules and name != layer.strip():
                    sys.exit(f"{path}: {layer.strip()} uses {name}, which is not listed above it")
            headers = {h for w in system.split() for h in sets.get(w, {w})}
            rules[layer.strip()] = (set(below.split()) | {layer.strip()}, headers)
    return rules


def layer_of(name):
    top, *rest = name.parts
    if top in GROUPS:
        return rest[0]
    if top == "include":
        return "molt" if rest[0] == "molt" else "api"
    return top


def problems(root, rules):
    for file in sorted(root.glob("*/**/*.[ch]")):
        name = file.relative_to(root)
        if name.parts[0] not in CHECKED:
            continue
        layer = layer_of(name)
        if layer not in rules:
            if name.parts[0] != "examples":
                yield f"{name}:1: no rule for layer {layer} in layers.txt"
            continue
        below, system = rules[layer]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            own, sys_header = match.groups()
            target = own and (own.split("/")[0] if "/" in own else "api")
            if own and target not in below:
                yield f"{name}:{number}: {layer}/ may not include {own}"
            if sys_header and sys_header not in system:
                yield f"{name}:{number}: {layer}/ may not include <{sys_header}>"


root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
found = list(problems(root, read_rules(root / "layers.txt")))
print("\n".join(found) or "every include follows layers.txt")
sys.exit(1 if found else 0)
