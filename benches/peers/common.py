"""What the scripts that hold our engines beside others share."""

import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys

# Of the instructions that a processor has, those that make a difference to how quickly it multiplies.
TELLING = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "asimddp", "i8mm", "sve"]


def peak_bytes():
    """The most memory that this process has had. Not `ru_maxrss` on Linux: it counts what the parent had at the fork."""
    try:
        for line in open("/proc/self/status"):
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def processor():
    """The processor's name, how many of its cores this machine has, and what it can."""
    said = {}
    try:
        for line in open("/proc/cpuinfo"):
            key, _, value = line.partition(":")
            said.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    name = said.get("model name") or platform.processor() or platform.machine()
    able = (said.get("flags") or said.get("Features") or "").split()
    return ", ".join([name, f"{os.cpu_count()} cores", *(word for word in TELLING if word in able)])


class Ours:
    """Our program, with a home of its own."""

    def __init__(self, program, threads, home):
        self.program = str(pathlib.Path(program).resolve())
        self.env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "AIGC_STUDIO_HOME": home, "LC_ALL": "C"}

    def run(self, args, **more):
        done = subprocess.run([self.program, *args], capture_output=True, env=self.env, **more)
        if done.returncode != 0:
            sys.exit(f"{self.program} {args[0]} failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
        return done.stdout

    def version(self):
        return self.run(["--version"]).decode().strip()


def medians(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def compared(ours, theirs, figures):
    """How many times better ours is: above 1 is better, whatever the figure."""
    ratios = {}
    for key, _, _, more in figures:
        a, b = (ours[key], theirs[key]) if more else (theirs[key], ours[key])
        ratios[key] = a / b if b else 0.0
    return ratios


def markdown(cells):
    return f"| {' | '.join(cells)} |"
