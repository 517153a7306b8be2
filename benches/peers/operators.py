"""Our operators beside PyTorch's: the same sizes and types, on the processor, in turn. See ../README.md."""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

from common import markdown, processor

ROOT = pathlib.Path(__file__).resolve().parents[2]


def operators(torch):
    """Names of `kernels.rs` with what computes the same in PyTorch, in its own layout."""
    f = torch.nn.functional

    def random(*shape):
        return torch.randn(*shape)

    def conv(cin, cout, side):
        x, weight = random(1, cin, side, side), random(cout, cin, 3, 3)
        return lambda: f.conv2d(x, weight, padding=1)

    def attention(tokens, heads, d):
        q, k, v = (random(1, heads, tokens, d) for _ in range(3))
        return lambda: f.scaled_dot_product_attention(q, k, v)

    def norm(channels, side):
        x, scale, shift = random(1, channels, side, side), random(channels), random(channels)
        return lambda: f.silu(f.group_norm(x, 32, scale, shift))

    def matmul(n):
        x, weight = random(n, n), random(n, n)
        return lambda: f.linear(x, weight)

    wide, picture = random(4096, 1280), random(4096, 320)
    return {
        "conv 3x3 320 to 320 at 64/ours/f32": conv(320, 320, 64),
        "conv 3x3 2560 to 1280 at 8/ours/f32": conv(2560, 1280, 8),
        "conv 3x3 512 to 512 at 128/ours/f32": conv(512, 512, 128),
        "conv 3x3 128 to 128 at 512/ours/f32": conv(128, 128, 512),
        "attention 4096 to 4096, 8 heads of 40/ours": attention(4096, 8, 40),
        "group norm and SiLU of 128 at 512/ours": norm(128, 512),
        "GELU (tanh) of 4096 x 1280/ours": lambda: f.gelu(wide, approximate="tanh"),
        "SiLU of 4096 x 320/ours": lambda: f.silu(picture),
        "linear 2048 x 2048 to 2048/ours/f32": matmul(2048),
    }


def time_torch(call, seconds):
    """Median of calls in `seconds`, after two that do not count."""
    call(), call()
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def time_ours(names, threads):
    """Medians that criterion has found, of one run of the benches with these names."""
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    pattern = f"^({'|'.join(re.escape(name) for name in names)})$"
    command = ["cargo", "bench", "--bench", "kernels", "--", "--noplot", pattern]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"the benches failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    target = pathlib.Path(env.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = {}
    for name in names:
        file = target / "criterion" / name / "new" / "estimates.json"
        found[name] = json.loads(file.read_text())["median"]["point_estimate"] * 1e-9
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="operators whose names have this in them")
    args = parser.parse_args()

    import torch

    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    theirs = {name: call for name, call in operators(torch).items() if args.only in name}
    if not theirs:
        sys.exit(f"no operator has {args.only!r} in its name")
    print(f"processor {processor()}, torch {torch.__version__}, {args.threads} threads, medians of {args.runs} runs\n")
    runs = {name: ([], []) for name in theirs}
    for _ in range(args.runs):
        ours = time_ours(list(theirs), args.threads)
        for name, call in theirs.items():
            runs[name][0].append(ours[name])
            runs[name][1].append(time_torch(call, 1.0))
    print(markdown(["operator", "ours ms", "torch ms", "ratio"]))
    print(markdown(["---"] * 4))
    for name, (ours, torch_s) in runs.items():
        a, b = statistics.median(ours) * 1e3, statistics.median(torch_s) * 1e3
        print(markdown([name.split("/")[0], f"{a:.2f}", f"{b:.2f}", f"{b / a:.2f}"]))


if __name__ == "__main__":
    main()
