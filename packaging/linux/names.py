#!/usr/bin/env python3
"""Prints a panic report with the functions' names in place of addresses.

    names.py REPORT [SYMBOLS]      SYMBOLS: target/packaging/aigc-studio.symbols of the very build (build.sh)

A packaged program has no symbols; its reports say where it began in memory, and the addresses. Needs addr2line (binutils).
"""

import re
import subprocess
import sys

report = open(sys.argv[1], encoding="utf-8").read()
symbols = sys.argv[2] if len(sys.argv) > 2 else "target/packaging/aigc-studio.symbols"
start = re.search(r"^  program at 0x([0-9a-f]+)$", report, re.MULTILINE)
if not start:
    sys.exit("this report has no line `program at`: its functions are named already, or it is not from Linux")
frame = re.compile(r"0x([0-9a-f]+) - <unknown>")
# A frame's address is where the function goes on: the call is before it.
offsets = [hex(int(address, 16) - int(start[1], 16) - 1) for address in frame.findall(report)]
told = subprocess.run(["addr2line", "-fC", "-e", symbols, *offsets], check=True, capture_output=True, text=True).stdout
names = iter(told.splitlines()[::2])
print(frame.sub(lambda _: next(names), report), end="")
