#!/usr/bin/env python3
"""Lays out what is installed, as [package.metadata.deb] of Cargo.toml lists it, and packs it.

    tree.py stage FOLDER           the tree, as it is below /
    tree.py deb FOLDER OUT         a .deb of a staged tree, by dpkg-deb
    tree.py tar FOLDER OUT         a .tar.gz of it; the same tree gives the same bytes

`aigc-studio` is taken from $PROGRAM, or from target/dist. Nothing but Python 3.11, dpkg-deb and dpkg-shlibdeps
(Debian: dpkg-dev) is needed.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
DEB = PACKAGE["metadata"]["deb"]
# As cargo-deb wants it said, whatever the profile.
PROGRAM = "target/release/aigc-studio"
# The time of every file, so that a package depends on nothing but its contents.
TIME = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def stage(to: Path) -> None:
    for source, target, mode in DEB["assets"]:
        if source == PROGRAM:
            found = [Path(os.environ.get("PROGRAM", ROOT / "target/dist/aigc-studio"))]
        else:
            found = sorted(ROOT.glob(source))
        found = [file for file in found if file.is_file()]
        if not found:
            sys.exit(f"{source} is missing; packaging/linux/build.sh makes what is below target")
        for file in found:
            name = "aigc-studio" if source == PROGRAM else file.name
            place = to / target / name if target.endswith("/") else to / target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
            place.chmod(int(mode, 8))
    for place in sorted(to.rglob("*")) + [to]:
        if place.is_dir():
            place.chmod(0o755)
        os.utime(place, (TIME, TIME))


def files(tree: Path) -> list[Path]:
    return sorted(place for place in tree.rglob("*") if place.is_file() and place.parent.name != "DEBIAN")


def depends(program: Path) -> str:
    """The list of Cargo.toml, with what the linker names for `$auto`."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "debian").mkdir()
        (Path(folder) / "debian" / "control").write_text("Source: aigc-studio\n\nPackage: aigc-studio\nArchitecture: any\n")
        told = subprocess.run(["dpkg-shlibdeps", "-O", f"-e{program.resolve()}"], cwd=folder, check=True, capture_output=True, text=True)
    auto = told.stdout.strip().removeprefix("shlibs:Depends=")
    return DEB["depends"].replace("$auto", auto)


def control(tree: Path) -> str:
    arch = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()
    long = "\n".join(f" {line}" if line else " ." for line in DEB["extended-description"].strip().split("\n"))
    size = sum((file.stat().st_size + 1023) // 1024 for file in files(tree))
    return (
        f"Package: {PACKAGE['name']}\nVersion: {PACKAGE['version']}-1\nArchitecture: {arch}\n"
        f"Maintainer: {DEB['maintainer']}\nInstalled-Size: {size}\nDepends: {depends(tree / 'usr/bin/aigc-studio')}\n"
        f"Recommends: {DEB['recommends']}\nSuggests: {DEB['suggests']}\nSection: {DEB['section']}\n"
        f"Priority: {DEB['priority']}\nDescription: native studio for text and picture models\n{long}\n"
    )


def deb(tree: Path, out: Path) -> None:
    about = tree / "DEBIAN"
    about.mkdir()
    try:
        (about / "control").write_text(control(tree))
        sums = [f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(tree)}\n" for file in files(tree)]
        (about / "md5sums").write_text("".join(sums))
        for place in [*about.iterdir(), about]:
            os.utime(place, (TIME, TIME))
        env = dict(os.environ, SOURCE_DATE_EPOCH=str(TIME))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(out)], check=True, env=env)
    finally:
        shutil.rmtree(about)


def tar(tree: Path, out: Path) -> None:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = TIME
        return entry

    top = f"{PACKAGE['name']}-{PACKAGE['version']}"
    with open(out, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=TIME) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for place in [tree / "usr", *sorted((tree / "usr").rglob("*"))]:
                name = Path(top) / place.relative_to(tree / "usr")
                archive.add(place, str(name), recursive=False, filter=plain)


def main() -> None:
    match sys.argv[1:]:
        case ["stage", to]:
            stage(Path(to))
        case ["deb", tree, out]:
            deb(Path(tree), Path(out))
        case ["tar", tree, out]:
            tar(Path(tree), Path(out))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
