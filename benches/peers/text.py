#!/usr/bin/env python3
"""Our language engine beside llama.cpp: the same file, prompt and threads, on this machine's processor.

    pip install "llama-cpp-python>=0.3,<0.4" numpy
    cargo build --release
    python benches/peers/text.py --ours target/release/aigc-studio --model FILE.gguf --threads 2

Each run is a process of its own, ours and llama.cpp's in turn, so that load time and peak memory are that run's alone.
What is told is the median. llama.cpp is called by its C functions (`llama_decode` in batches of 512); the sampling loop
of its Python binding is not used, and the time of choosing a token is not counted against it. See ../README.md.
"""

import argparse
import ctypes
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from common import Ours, compared, markdown, medians, peak_bytes, processor

BATCH = 512
# The least share of a text that is timed; below this a clock tells little.
TOKENIZER_MB = 4
WORDS = (
    "the lighthouse keeper walked down to the water every morning and looked at the ships that came in from the north "
    "while his daughter wrote their names into a book with a green cover because nobody else in the village could read "
).split()
# What is told of each run: key, heading, digits, whether more is better.
FIGURES = [
    ("prefill_tok_s", "prefill tok/s", 1, True),
    ("decode_tok_s", "decode tok/s", 1, True),
    ("ttft_s", "first token s", 3, False),
    ("load_s", "load s", 3, False),
    ("peak_mb", "peak MB", 0, False),
]
BRIEF = [figure for figure in FIGURES if figure[0] != "ttft_s"]


class Peer:
    """llama.cpp by its C functions. Their names changed over time; either is taken."""

    def __init__(self, path, threads, context=0, vocab_only=False):
        import llama_cpp

        self.c = llama_cpp
        quiet = llama_cpp.llama_log_callback(lambda *_: None)
        self.keep = quiet
        llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = 0
        params.vocab_only = vocab_only
        self.model = self.one("llama_model_load_from_file", "llama_load_model_from_file")(path.encode(), params)
        if not self.model:
            sys.exit(f"llama.cpp cannot load {path}")
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        self.size = self.one("llama_vocab_n_tokens", "llama_n_vocab")(self.vocab)
        self.trained = int(self.said(self.said("general.architecture") + ".context_length"))
        if not vocab_only:
            params = llama_cpp.llama_context_default_params()
            params.n_ctx = context
            params.n_batch = params.n_ubatch = BATCH
            params.n_threads = params.n_threads_batch = threads
            self.context = self.one("llama_init_from_model", "llama_new_context_with_model")(self.model, params)
            if not self.context:
                sys.exit(f"llama.cpp has no room for {context} tokens")

    def one(self, *names):
        return next(getattr(self.c, name) for name in names if hasattr(self.c, name))

    def said(self, key):
        """What the file says. Counts that are asked for otherwise are 0 where only the vocabulary was read."""
        buffer = ctypes.create_string_buffer(256)
        if self.c.llama_model_meta_val_str(self.model, key.encode(), buffer, len(buffer)) < 0:
            sys.exit(f"the file does not say its {key}")
        return buffer.value.decode()

    def tokens(self, text, special=True):
        data = text.encode()
        room = len(data) + 8
        ids = (self.c.llama_token * room)()
        n = self.c.llama_tokenize(self.vocab, data, len(data), ids, room, special, True)
        if n < 0:
            sys.exit("llama.cpp cannot tokenize the text")
        return ids[:n]

    def read(self, ids):
        """Reads the tokens in batches; logits are made for the last one only."""
        for at in range(0, len(ids), BATCH):
            part = ids[at : at + BATCH]
            array = (self.c.llama_token * len(part))(*part)
            if self.c.llama_decode(self.context, self.c.llama_batch_get_one(array, len(part))) != 0:
                sys.exit("llama_decode failed")
        # Waits until they are there.
        return self.c.llama_get_logits_ith(self.context, -1)

    def likeliest(self, logits):
        import numpy

        return int(numpy.ctypeslib.as_array(logits, shape=(self.size,)).argmax())


def as_peer(job):
    """One run of llama.cpp, in this process; prints its figures."""
    import llama_cpp  # before the clock: starting Python is no part of loading

    started = time.perf_counter()
    peer = Peer(job["model"], job["threads"], job["context"])
    load = time.perf_counter() - started

    started = time.perf_counter()
    ids = peer.tokens(job["prompt"])
    reading = time.perf_counter()
    logits = peer.read(ids)
    read = time.perf_counter() - reading
    token = peer.likeliest(logits)
    first = time.perf_counter() - started

    writing = 0.0
    for _ in range(job["write"] - 1):
        at = time.perf_counter()
        logits = peer.read([token])
        writing += time.perf_counter() - at
        token = peer.likeliest(logits)
    print(json.dumps({
        "prompt_tokens": len(ids), "completion_tokens": job["write"], "load_s": load, "ttft_s": first,
        "prefill_tok_s": len(ids) / read, "decode_tok_s": (job["write"] - 1) / writing if writing else 0.0,
        "peak_mb": peak_bytes() / 1e6,
    }))


def as_peer_tokenizer(job):
    peer = Peer(job["model"], 1, vocab_only=True)
    text = pathlib.Path(job["text"]).read_text("utf-8")
    started = time.perf_counter()
    n = len(peer.tokens(text, special=False))
    print(json.dumps({"mb_s": len(text.encode()) / 1e6 / (time.perf_counter() - started), "tokens": n}))


def peer(name, job):
    done = subprocess.run(
        [sys.executable, __file__, "--as", name], input=json.dumps(job), capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"llama.cpp failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


class OurText(Ours):
    def write(self, job):
        out = self.run([
            "text", job["prompt"], "--model", job["model"], "--raw", "--json", "--temperature", "0", "--ignore-eos",
            "--max-tokens", str(job["write"]), "--context", str(job["context"]), "--seed", "1",
        ])
        told = json.loads(out.splitlines()[-1])
        return {
            "prompt_tokens": told["prompt_tokens"], "completion_tokens": told["completion_tokens"],
            "load_s": told["load_s"], "ttft_s": told["ttft_s"], "prefill_tok_s": told["prompt_tok_s"],
            "decode_tok_s": told["decode_tok_s"], "peak_mb": (told["peak_memory_bytes"] or 0) / 1e6,
        }

    def tokens(self, model, text):
        return self.run(["tokens", "--model", model], input=text)

    def tokenize(self, model, text):
        """MB a second: the whole run's time, less that of a run without a text."""
        times = []
        for data in (b"", text):
            started = time.perf_counter()
            out = self.tokens(model, data)
            times.append(time.perf_counter() - started)
        return {"mb_s": len(text) / 1e6 / max(times[1] - times[0], 1e-9), "tokens": out.count(b",") + out.count(b"[")}


def prompt_of(vocabulary, length):
    """A text of exactly `length` tokens, or of as many as one word less has."""
    low, high = 1, length * 2
    text = lambda n: " ".join(WORDS[i % len(WORDS)] for i in range(n))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(vocabulary.tokens(text(middle))) <= length else (low, middle - 1)
    return text(low)


def long_text():
    """Prose and this Python's own library, some megabytes."""
    parts, size = [" ".join(WORDS * 20)], 0
    for path in sorted(pathlib.Path(os.__file__).parent.glob("*.py")):
        # An empty line would be nothing to us and a token to the peer.
        parts += [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
        size += path.stat().st_size
        if size > TOKENIZER_MB << 20:
            break
    return "\n".join(parts)


def one_model(path, options, ours, told):
    vocabulary = Peer(path, 1, vocab_only=True)
    name = pathlib.Path(path).name
    rows = []
    for wanted in options.lengths:
        length = min(wanted, vocabulary.trained - options.write)
        if length < 1:
            sys.exit(f"{name} has a context of {vocabulary.trained}: too little for --write {options.write}")
        prompt = prompt_of(vocabulary, length)
        ids = json.loads(ours.tokens(path, prompt.encode()).splitlines()[0])
        without_bos = vocabulary.tokens(prompt, special=False)
        context = max(64, -(-(len(without_bos) + options.write + 8) // 64) * 64)
        job = {
            "model": path, "threads": options.threads, "prompt": prompt, "write": options.write, "context": context,
        }
        if not rows:
            # Once without counting, so that the file is in the system's cache for both.
            ours.write(job), peer("peer", job)
        runs = {"ours": [], "llama.cpp": []}
        for _ in range(options.runs):
            runs["ours"].append(ours.write(job))
            runs["llama.cpp"].append(peer("peer", job))
        row = {"model": name, "asked": wanted, "same_tokens": ids == without_bos}
        row.update({who: medians(all_runs) for who, all_runs in runs.items()})
        row["ratio"] = compared(row["ours"], row["llama.cpp"], FIGURES)
        rows.append(row)
        told(row)
    # The brief table has no column for it, and files of one vocabulary have one tokenizer.
    return {"runs": rows, "tokenizer": None if options.brief else tokenizers(path, options, ours, told)}


def tokenizers(path, options, ours, told):
    text = long_text()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.write(text)
    try:
        runs = [
            (ours.tokenize(path, text.encode()), peer("tokenizer", {"model": path, "text": file.name}))
            for _ in range(options.runs)
        ]
    finally:
        os.unlink(file.name)
    a, b = (statistics.median(run[i]["mb_s"] for run in runs) for i in (0, 1))
    row = {
        "model": pathlib.Path(path).name, "text_mb": len(text.encode()) / 1e6,
        "ours": {"mb_s": a, "tokens": runs[0][0]["tokens"]},
        "llama.cpp": {"mb_s": b, "tokens": runs[0][1]["tokens"]}, "ratio": a / b if b else 0.0,
    }
    told(row)
    return row


def same_tokens(row):
    return row["same_tokens"] and row["ours"]["prompt_tokens"] == row["llama.cpp"]["prompt_tokens"]


def show_brief(row):
    cells = [row["model"] if same_tokens(row) else f"{row['model']} (NOT THE SAME TOKENS)"]
    cells.append(f"{row['ours']['prompt_tokens']:.0f}")
    for key, _, digits, _ in BRIEF:
        a, b = row["ours"][key], row["llama.cpp"][key]
        cells.append(f"{a:.{digits}f}, {b:.{digits}f}: {row['ratio'][key]:.2f}")
    print(markdown(cells), flush=True)


def show(row):
    if "text_mb" in row:
        print(f"\n{row['model']}: tokenizer, {row['text_mb']:.1f} MB of text")
        print(f"  {'':<14}{'ours':>12}{'llama.cpp':>12}{'ratio':>8}")
        print(f"  {'MB/s':<14}{row['ours']['mb_s']:>12.2f}{row['llama.cpp']['mb_s']:>12.2f}{row['ratio']:>8.2f}")
        return
    tokens, same = row["ours"]["prompt_tokens"], "the same tokens" if same_tokens(row) else "NOT THE SAME TOKENS"
    print(f"\n{row['model']}: {tokens:.0f} tokens read, {row['ours']['completion_tokens']:.0f} written ({same})")
    print(f"  {'':<14}{'ours':>12}{'llama.cpp':>12}{'ratio':>8}")
    for key, heading, digits, _ in FIGURES:
        a, b = row["ours"][key], row["llama.cpp"][key]
        print(f"  {heading:<14}{a:>12.{digits}f}{b:>12.{digits}f}{row['ratio'][key]:>8.2f}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", default="target/release/aigc-studio", help="the program")
    parser.add_argument("--model", action="extend", nargs="+", required=True, metavar="FILE.gguf", help="one or more")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lengths", default="32,512,2048", help="tokens to read")
    parser.add_argument("--write", type=int, default=64, help="tokens to write")
    parser.add_argument("--runs", type=int, default=3, help="of each; the median is told")
    parser.add_argument("--brief", action="store_true", help="one table in Markdown, a row for each file and length")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, and nothing else")
    options = parser.parse_args()
    options.lengths = [int(n) for n in options.lengths.split(",")]
    if options.write < 2 or options.runs < 1 or min(options.lengths) < 1:
        parser.error("--write is at least 2, --runs and --lengths at least 1")
    if options.brief and options.json:
        parser.error("--brief or --json, not both")
    with tempfile.TemporaryDirectory() as home:
        ours = OurText(options.ours, options.threads, home)
        about = {
            "processor": processor(), "ours": ours.version(), "llama_cpp_python": __import__("llama_cpp").__version__,
        }
        told = show
        if options.json:
            told = lambda row: None
        else:
            print(", ".join(f"{key.replace('_', '-')} {value}" for key, value in about.items()))
            print(f"{options.threads} threads, {options.write} tokens written, medians of {options.runs}")
        if options.brief:
            told = show_brief
            print("\n" + markdown(["ours, llama.cpp: ratio", "tokens read", *(figure[1] for figure in BRIEF)]))
            print(markdown(["---"] * (2 + len(BRIEF))), flush=True)
        models = [one_model(str(pathlib.Path(path).resolve()), options, ours, told) for path in options.model]
    if options.json:
        print(json.dumps({
            "threads": options.threads, "write": options.write, "runs": options.runs, "about": about, "models": models,
        }, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as"]:
        {"peer": as_peer, "tokenizer": as_peer_tokenizer}[sys.argv[2]](json.load(sys.stdin))
    else:
        main()
