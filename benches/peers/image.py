#!/usr/bin/env python3
"""Our picture engine beside diffusers and stable-diffusion.cpp: the same weights, prompt, seed, steps and threads, on
this machine's processor.

    pip install torch diffusers transformers accelerate pillow numpy
    cargo build --release
    python benches/peers/sd15.py --to FOLDER
    python benches/peers/image.py --model FOLDER --threads 2

Each run is a process of its own, ours and the others' in turn: it loads the model, draws one picture to warm up, and
is timed drawing it again. What is told is the median. See ../README.md.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from common import Ours, compared, markdown, medians, peak_bytes, processor

PROMPT = "a red apple"  # what `aigc-studio bench image` draws
SEED = 1
OURS, TORCH, BF16, SDCPP = "ours", "diffusers f32", "diffusers bf16", "stable-diffusion.cpp"
# What is told of each run: key, heading, digits, whether more is better.
FIGURES = [
    ("step_s", "step s", 3, False),
    ("decode_s", "decode s", 3, False),
    ("peak_mb", "peak MB", 0, False),
    ("load_s", "load s", 2, False),
    ("first_s", "first picture s", 2, False),
]


def middle(seconds):
    """The step that is told, as our engine chooses it."""
    return sorted(seconds)[len(seconds) // 2]


def seconds_between(times):
    return [b - a for a, b in zip(times, times[1:])]


def measured(load, draw, job):
    """Draws twice, and prints the figures of the second time. `load` gives the model."""
    started = time.perf_counter()
    model = load()
    loaded = time.perf_counter() - started
    picture, _, _ = draw(model)
    first = time.perf_counter() - started
    picture.save(job["picture"])
    _, steps, decode = draw(model)
    print(json.dumps({
        "step_s": middle(steps), "decode_s": decode, "peak_mb": peak_bytes() / 1e6, "load_s": loaded, "first_s": first,
    }))


def as_diffusers(job):
    """One run of diffusers, in this process; prints its figures."""
    import torch
    from diffusers import DiffusionPipeline, StableDiffusionPipeline

    torch.set_num_threads(job["threads"])

    def load():
        kind = torch.bfloat16 if job["bf16"] else torch.float32
        pipe = DiffusionPipeline.from_pretrained(job["model"], dtype=kind, local_files_only=True)
        pipe.set_progress_bar_config(disable=True)
        return pipe

    @torch.no_grad()
    def draw(pipe):
        if isinstance(pipe, StableDiffusionPipeline):
            prompt, negative = pipe.encode_prompt(PROMPT, "cpu", 1, job["guidance"] > 1, "")
            words = {"prompt_embeds": prompt, "negative_prompt_embeds": negative}
        else:
            # Its first step has the text encoders in it, and is not the middle one.
            words = {"prompt": PROMPT, "negative_prompt": ""}
        times = [time.perf_counter()]

        def each(pipe, step, at, tensors):
            times.append(time.perf_counter())
            return tensors

        latents = pipe(
            **words, guidance_scale=job["guidance"],
            width=job["size"], height=job["size"], num_inference_steps=job["steps"], output_type="latent",
            generator=torch.Generator().manual_seed(SEED), callback_on_step_end=each,
        ).images
        started = time.perf_counter()
        config = pipe.vae.config
        pixels = pipe.vae.decode(latents / config.scaling_factor + (config.get("shift_factor") or 0)).sample
        picture = pipe.image_processor.postprocess(pixels, output_type="pil")[0]
        return picture, seconds_between(times), time.perf_counter() - started

    measured(load, draw, job)


def as_sdcpp(job):
    """One run of stable-diffusion.cpp, in this process; prints its figures."""
    import stable_diffusion_cpp

    def load():
        return stable_diffusion_cpp.StableDiffusion(
            model_path=job["model"], n_threads=job["threads"], vae_decode_only=True, rng_type="cpu", verbose=False
        )

    def draw(model):
        times = []
        # Steps are counted from 0, which is the moment before the first.
        picture = model.generate_image(
            prompt=PROMPT, cfg_scale=job["guidance"], width=job["size"], height=job["size"],
            sample_method="euler", scheduler="discrete", sample_steps=job["steps"], seed=SEED,
            progress_callback=lambda *_: times.append(time.perf_counter()),
        )[0]
        if len(times) != job["steps"] + 1:
            sys.exit(f"stable-diffusion.cpp told of {len(times)} moments in {job['steps']} steps")
        return picture, seconds_between(times), time.perf_counter() - times[-1]

    measured(load, draw, job)


def peer(name, python, job):
    env = {**os.environ, "OMP_NUM_THREADS": str(job["threads"]), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [python, __file__, "--as", name], input=json.dumps(job), capture_output=True, text=True, env=env
    )
    if done.returncode != 0:
        sys.exit(f"{name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


class OurImage(Ours):
    def of(self, job):
        size = f"{job['size']}x{job['size']}"
        return [
            "--model", job["model"], "--size", size, "--steps", str(job["steps"]), "--guidance", str(job["guidance"]),
            "--precision", job["precision"], "--json",
        ]

    def bench(self, job):
        said = json.loads(self.run(["bench", "image", "--runs", "1", *self.of(job)]))
        said["peak_mb"] = (said["peak_bytes"] or 0) / 1e6
        return {key: said[key] for key, _, _, _ in FIGURES}

    def draw(self, job):
        """With the noise that the others have too."""
        self.run(["image", PROMPT, "--seed", str(SEED), "--rng", "torch", "--out", job["picture"], *self.of(job)])


def apart(a, b):
    """How far two pictures are from each other, in levels of 255: at most, and on the average."""
    import numpy
    from PIL import Image

    a, b = (numpy.asarray(Image.open(path).convert("RGB")).astype(int) for path in (a, b))
    off = abs(a - b)
    return {"most": int(off.max()), "mean": float(off.mean())}


def one_guidance(options, guidance, ours, folder):
    peers = {}
    if not options.no_torch:
        peers[TORCH] = ("diffusers", sys.executable)
    if options.bf16:
        peers[BF16] = ("diffusers", sys.executable)
    if options.sdcpp:
        peers[SDCPP] = ("sdcpp", options.sdcpp)
    job = {
        "model": str(options.model.resolve()), "threads": options.threads, "precision": options.precision, "size": options.size,
        "steps": options.steps, "guidance": guidance, "precision": options.precision,
    }
    pictures = {who: str(folder / f"{who.split('.')[0]}.png") for who in (OURS, *peers)}
    # Not counted: afterwards the files are in the system's cache for all.
    ours.draw({**job, "picture": pictures[OURS]})
    runs = {who: [] for who in (OURS, *peers)}
    for _ in range(options.runs):
        runs[OURS].append(ours.bench(job))
        for who, (name, python) in peers.items():
            runs[who].append(peer(name, python, {**job, "bf16": who == BF16, "picture": pictures[who]}))
    row = {"guidance": guidance, "ours": medians(runs[OURS]), "peers": {}}
    for who in peers:
        theirs = medians(runs[who])
        row["peers"][who] = {
            **theirs, "ratio": compared(row["ours"], theirs, FIGURES), "apart": apart(pictures[OURS], pictures[who])
        }
    return row


def show(row):
    calls = "two calls of the network a step" if row["guidance"] > 1 else "one call of the network a step"
    print(f"\nGuidance {row['guidance']:g}, {calls}\n")
    print(markdown(["ours, theirs: ratio", *(figure[1] for figure in FIGURES), "pictures apart, of 255: most, mean"]))
    print(markdown(["---"] * (2 + len(FIGURES))))
    for who, theirs in row["peers"].items():
        cells = [who]
        for key, _, digits, _ in FIGURES:
            cells.append(f"{row['ours'][key]:.{digits}f}, {theirs[key]:.{digits}f}: {theirs['ratio'][key]:.2f}")
        cells.append(f"{theirs['apart']['most']}, {theirs['apart']['mean']:.3f}")
        print(markdown(cells))
    sys.stdout.flush()


def version(package, python=None):
    if python is None:
        return importlib.metadata.version(package)
    ask = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", default="target/release/aigc-studio", help="the program")
    parser.add_argument("--model", required=True, type=pathlib.Path, metavar="FOLDER", help="as sd15.py makes it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="f32", help="of ours: f32, bf16, or auto (what people have)")
    parser.add_argument("--size", type=int, default=512, help="pixels of a side")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--guidance", default="1,7", help="1 is off; one table for each")
    parser.add_argument("--runs", type=int, default=3, help="of each; the median is told")
    parser.add_argument("--bf16", action="store_true", help="diffusers in bf16 too")
    parser.add_argument("--no-torch", action="store_true", help="not diffusers in f32")
    parser.add_argument("--sdcpp", metavar="PYTHON", help="the Python that has stable-diffusion-cpp-python")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, and nothing else")
    options = parser.parse_args()
    if options.steps < 2 or options.runs < 1:
        parser.error("--steps is at least 2, --runs at least 1")
    if options.no_torch and not (options.bf16 or options.sdcpp):
        parser.error("nothing is left to compare with")
    with tempfile.TemporaryDirectory() as home:
        ours = OurImage(options.ours, options.threads, home)
        about = {
            "processor": processor(), "ours": ours.version(), "torch": version("torch"),
            "diffusers": version("diffusers"),
        }
        if options.sdcpp:
            about["stable_diffusion_cpp_python"] = version("stable-diffusion-cpp-python", options.sdcpp)
        if not options.json:
            print(", ".join(f"{key.replace('_', '-')} {value}" for key, value in about.items()))
            print(
                f"{options.threads} threads, ours in {options.precision}, {options.size} x {options.size}, {options.steps} steps, "
                f"medians of {options.runs}", flush=True,
            )
        rows = []
        for guidance in options.guidance.split(","):
            rows.append(one_guidance(options, float(guidance), ours, pathlib.Path(home)))
            if not options.json:
                show(rows[-1])
    if options.json:
        print(json.dumps({
            "about": about, "threads": options.threads, "precision": options.precision, "size": options.size, "steps": options.steps,
            "runs": options.runs, "rows": rows,
        }, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as"]:
        {"diffusers": as_diffusers, "sdcpp": as_sdcpp}[sys.argv[2]](json.load(sys.stdin))
    else:
        main()
