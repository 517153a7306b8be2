#!/usr/bin/env python3
"""Writes assets/licences/dependencies.json.gz: the licence texts of all Rust packages in the program.

    python3 packaging/licences.py            # after each change of Cargo.lock
    python3 packaging/licences.py --check    # fails where the file is not what would be written

It needs Python 3.9 and cargo, and builds nothing. The packages are the normal dependencies for all platforms and all
features; what only tests and build scripts use is left out.

The file is JSON, compressed:

    texts     the licence texts, each once; `{copyright}` marks the lines in which they differ from package to package
    packages  name, version, licence (SPDX), and files: the file's name, its text's number, and the copyright lines for
              each mark. `from` names the package of the same repository that the file is from, where the package has
              none of its own; `standard` is true where no package has one: the licence's usual text.
    aside     all other packages of Cargo.lock, so that a test sees when the file is old
"""

import argparse
import collections
import gzip
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "assets", "licences", "dependencies.json.gz")
MARK = "{copyright}"

# Files that hold a licence or a notice, and folders whose contents are not compiled in.
NAME = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense|ofl|ufl)([-_.].*)?", re.I)
ASIDE = {".git", ".github", "tests", "test", "benches", "examples", "fuzz", "docs", "assets"}
# Of alternatives, the ones that this program does not take.
NOT_TAKEN = re.compile(r"GPL", re.I)
# A line that names who holds the rights: "Copyright (c) 2020 Somebody", not "copyright licence to reproduce".
COPYRIGHT = re.compile(r"\s*(Copyright\s+(\(c\)|\(C\)|©|\d|[A-Z\[{<])|\(c\) \d|© ?\d|All rights reserved\.?\s*$)")

# How the licence of a text is recognised: words near its beginning.
KNOWN = {
    "MIT": "Permission is hereby granted, free of charge, to any person",
    "Apache-2.0": "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
    "Zlib": "In no event will the authors be held liable",
    "BSL-1.0": "Boost Software License - Version 1.0",
}


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def in_the_program(meta):
    """The packages that the program's own reach over normal dependencies, without the program's own."""
    nodes = {node["id"]: node for node in meta["resolve"]["nodes"]}
    seen, todo = set(), list(meta["workspace_members"])
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            for dep in nodes[at]["deps"]:
                if any(kind["kind"] is None for kind in dep["dep_kinds"]):
                    todo.append(dep["pkg"])
    found = [package for package in meta["packages"] if package["id"] in seen and package["source"]]
    return sorted(found, key=lambda package: (package["name"].lower(), package["version"]))


def aside(packages):
    """The packages of Cargo.lock that are not in the program."""
    with open(os.path.join(ROOT, "Cargo.lock"), encoding="utf-8") as file:
        entry = re.compile(r'\[\[package\]\]\nname = "(.+)"\nversion = "(.+)"\nsource = ')
        locked = {f"{name} {version}" for name, version in entry.findall(file.read())}
    return sorted(locked - {f"{package['name']} {package['version']}" for package in packages})


def split(text):
    """A text with its copyright lines taken out, and these lines, group by group."""
    lines, groups, inside = [], [], False
    for line in text.replace("\ufeff", "").replace("\f", "\n").splitlines():
        if COPYRIGHT.match(line):
            if inside:
                groups[-1] += "\n" + line.strip()
            else:
                lines.append(MARK)
                groups.append(line.strip())
            inside = True
        else:
            lines.append(line.rstrip())
            inside = False
    return "\n".join(lines).strip("\n"), groups


def own_files(package):
    folder = os.path.dirname(package["manifest_path"])
    named = package.get("license_file")
    found = []
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ASIDE)
        for name in sorted(files):
            path = os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")
            if path != named and (not NAME.fullmatch(name) or name.endswith((".rs", ".py", ".json"))):
                continue
            if NOT_TAKEN.search(name) and " OR " in package["license"]:
                continue
            with open(os.path.join(at, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
            # A link to a file that the archive does not have is a file with a path in it.
            if len(text.strip()) > 60:
                found.append((path, text))
    return found


class Texts:
    """Texts that differ in blanks and copyright lines alone are one."""

    def __init__(self):
        self.at, self.all, self.counts = {}, [], collections.Counter()

    def add(self, text):
        bare, groups = split(text)
        key = " ".join(bare.split())
        if key not in self.at:
            self.at[key] = len(self.all)
            self.all.append(bare)
        number = self.at[key]
        self.counts[number] += 1
        return number, groups

    def standard(self, licence):
        """The text that most packages have for a licence."""
        for number, _ in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            text = self.all[number]
            if KNOWN[licence] in " ".join(text.split()) and text.count(MARK) <= 1:
                return number
        return None


def entry(path, number, groups):
    made = {"name": path, "text": number}
    if groups:
        made["copyright"] = groups
    return made


def collect(packages):
    texts, made = Texts(), []
    for package in packages:
        if not package["license"]:
            sys.exit(f"{package['name']} {package['version']} names no licence: look at it, and add a rule here")
        files = [entry(path, *texts.add(text)) for path, text in own_files(package)]
        licence = package["license"].replace(" / ", " OR ").replace("/", " OR ")
        made.append({"name": package["name"], "version": package["version"], "licence": licence, "files": files})
    # A package without a licence file has the one of its repository, which another package from there may have.
    has_text = lambda one: any("/" not in file["name"] for file in one["files"])
    home = {}
    for package, one in zip(packages, made):
        if package["repository"] and has_text(one):
            home.setdefault((repository(package), frozenset(ids(one["licence"]))), one)
    for package, one in zip(packages, made):
        if has_text(one):
            continue
        other = home.get((repository(package), frozenset(ids(one["licence"]))))
        if other:
            top = [file for file in other["files"] if "/" not in file["name"]]
            one["files"] += [dict(file, **{"from": f"{other['name']} {other['version']}"}) for file in top]
            continue
        usual = [(licence, texts.standard(licence)) for licence in ids(one["licence"]) if licence in KNOWN]
        usual = [(licence, number) for licence, number in usual if number is not None]
        if not usual:
            sys.exit(f"{one['name']} {one['version']} ({one['licence']}) has no licence file, and there is no usual text")
        who = "\n".join(f"Copyright {author.split(' <')[0]}" for author in package["authors"])
        for licence, number in usual:
            marks = texts.all[number].count(MARK)
            one["files"].append(dict(entry(licence, number, [who] * marks if who else []), standard=True))
    return renumbered(texts, made)


def repository(package):
    return (package["repository"] or "").removesuffix("/").removesuffix(".git").split("/tree/")[0].lower()


def ids(licence):
    return [word for word in re.split(r"[\s()]+", licence) if word and word not in ("OR", "AND", "WITH")]


def renumbered(texts, packages):
    """Texts that begin alike stand together, which compresses them."""
    used = {file["text"] for package in packages for file in package["files"]}
    order = sorted(used, key=lambda number: " ".join(texts.all[number].replace(MARK, "").split())[:400])
    new = {old: at for at, old in enumerate(order)}
    for package in packages:
        for file in package["files"]:
            file["text"] = new[file["text"]]
    return {"texts": [texts.all[old] for old in order], "packages": packages}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file is old")
    check = parser.parse_args().check
    packages = in_the_program(metadata())
    data = collect(packages)
    data["aside"] = aside(packages)
    if check:
        with gzip.open(OUT) as file:
            if json.loads(file.read()) != data:
                sys.exit(f"{OUT} is old: run python3 packaging/licences.py")
        return
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    packed = gzip.compress(text, 9, mtime=0)
    with open(OUT, "wb") as file:
        file.write(packed)
    print(f"{len(data['packages'])} packages, {len(data['texts'])} texts, {len(text)} bytes, {len(packed)} compressed")


if __name__ == "__main__":
    main()
