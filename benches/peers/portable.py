#!/usr/bin/env python3
"""One build of the studio beside another on the same work: the portable build beside one for this very processor.

    cargo build --release
    RUSTFLAGS="-C target-cpu=native" cargo build --release --target-dir target/native
    python benches/peers/portable.py --of target/release/aigc-studio --beside target/native/release/aigc-studio \\
        --text FILE.gguf ID ... --picture sticker-64 FOLDER:bf16 ...

Both run in turn, each run in a process of its own; the median of the ratios of the pairs is reported, above 1 where the
first program is quicker, and both medians. `--processor avx2` runs both with AIGC_STUDIO_PROCESSOR. `--least 0.95` ends with 1
where a ratio is lower.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile

from common import Ours, markdown, processor

# What is reported: key of the program's JSON, heading, whether more is better.
TEXT = [("read_tok_s", "reads, tok/s", True), ("write_tok_s", "writes, tok/s", True)]
PICTURE = [("step_s", "step, s", False), ("decode_s", "decode, s", False)]


def text(program, model, options):
    args = ["--lengths", str(options.length), "--write", str(options.write), "--runs", "1", "--json"]
    return json.loads(program.run(["bench", "text", "--model", model, *args]))["lengths"][0]


def picture(program, model, options):
    model, _, precision = model.partition(":")
    args = ["--steps", str(options.steps), "--runs", "1", "--json", *(["--precision", precision] if precision else [])]
    return json.loads(program.run(["bench", "image", "--model", model, *args]))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--of", default="target/release/aigc-studio")
    ap.add_argument("--beside", required=True)
    ap.add_argument("--text", nargs="*", default=[], help="language models, each an id or a file")
    ap.add_argument("--picture", nargs="*", default=[], help="picture models, each an id, a file or a folder, with :PRECISION")
    ap.add_argument("--length", type=int, default=512, help="tokens to read")
    ap.add_argument("--write", type=int, default=64)
    ap.add_argument("--steps", type=int, default=2)
    ap.add_argument("--pairs", type=int, default=5)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--processor", help="plain, avx2 or avx512, where the processor has more")
    ap.add_argument("--home", help="a data folder with fetched models; a new one where it is not given")
    ap.add_argument("--least", type=float, default=0.0)
    o = ap.parse_args()
    if o.processor:
        os.environ["AIGC_STUDIO_PROCESSOR"] = o.processor
    home = o.home or tempfile.mkdtemp()
    programs = [Ours(path, o.threads, home) for path in (o.of, o.beside)]
    print(processor(), *programs[:1][0].version().split(), sep=", ")
    print(markdown(["model", "figure", "of", "beside", "ratio"]))
    print(markdown(["---"] * 5))
    lowest = float("inf")
    work = [(text, model, TEXT) for model in o.text] + [(picture, model, PICTURE) for model in o.picture]
    for run, model, figures in work:
        for program in programs:
            run(program, model, o)  # not counted: the file is in the system's cache then
        pairs = [[run(program, model, o) for program in programs] for _ in range(o.pairs)]
        for key, heading, more in figures:
            both = [[pair[which][key] for pair in pairs] for which in (0, 1)]
            ratio = statistics.median(a / b if more else b / a for a, b in zip(*both))
            lowest = min(lowest, ratio)
            cells = [os.path.basename(model.rstrip("/")), heading, *(f"{statistics.median(all):.4g}" for all in both)]
            print(markdown([*cells, f"{ratio:.2f}"]), flush=True)
    if lowest < o.least:
        sys.exit(f"the lowest ratio is {lowest:.2f}, below {o.least}")


if __name__ == "__main__":
    main()
