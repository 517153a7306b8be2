"""In which styles each thing is drawn well: styles.txt, for prompts that name no style.

    python styles.py --model FOLDER --data ALL --to FOLDER [--cache drawn.npz] [--threads 1]

Each (thing, style) pair of `STYLES` is drawn once (8 Euler steps without guidance, mirror images as the program makes them) and
compared with the real picture that it was learned from: the difference is the root mean square over the pixels that either shows
(premultiplied RGBA, 0 to 1). A style draws a thing well where the difference is at most its limit in `STYLES`, or `NEAR`
times that of the thing's best style: flat and fluent are the same drawings in two ways, so a thing that has one has mostly both.
styles.txt: one line a thing, in the order of things.tsv, with the words of its styles; an empty line where none is.
"""
import argparse, json, os, time

import numpy as np
import torch

from judge import Judge
from sample import load, premultiplied, sample

STYLES = {"flat": 0.16, "fluent": 0.16, "noto": 0.10, "twemoji": 0.12}
NEAR = 1.2


def difference(a, b):
    """uint8 premultiplied [N, 64, 64, 4] twice -> [N]"""
    a, b = a.astype(np.float32) / 255, b.astype(np.float32) / 255
    shown = (a[..., 3] > 0.1) | (b[..., 3] > 0.1)
    each = ((a - b) ** 2).mean(-1)
    return np.sqrt((each * shown).sum((1, 2)) / np.maximum(shown.sum((1, 2)), 1))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--to", required=True)
    ap.add_argument("--cache")
    ap.add_argument("--threads", type=int)
    ap.add_argument("--styles", nargs="*", default=list(STYLES))
    o = ap.parse_args()
    if o.threads:
        torch.set_num_threads(o.threads)
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    rows = [i for i, p in enumerate(meta["pictures"]) if p["style"] in o.styles]
    rows.sort(key=lambda i: -o.styles.index(meta["pictures"][i]["style"]))
    things = np.array([meta["pictures"][i]["thing"] for i in rows])
    styles = np.array([meta["pictures"][i]["style"] for i in rows])
    if o.cache and os.path.exists(o.cache):
        off = dict(np.load(o.cache))["off"]
    else:
        real = np.load(os.path.join(o.data, "x64.npy"), mmap_mode="r")
        net, table, tok = load(o.model)
        judge = Judge(os.path.join(o.model, "judge.safetensors"))
        gen = torch.Generator().manual_seed(5)
        off, kept, start = np.zeros(len(rows), np.float32), [], time.time()
        for i in range(0, len(rows), 32):
            part = range(i, min(i + 32, len(rows)))
            mirrored = torch.tensor(judge.mirrored[things[list(part)]]).float()[:, None, None, None]
            truth = np.stack([real[rows[k]] for k in part])
            noise = torch.randn(len(part), 64, 64, 4, generator=gen)
            noise = torch.where(mirrored > 0, (noise + noise.flip(2)) / 2 ** 0.5, noise)
            x = premultiplied(sample(net, table, tok, [(styles[k], int(things[k])) for k in part], noise, 8, 1.0, mirrored=mirrored))
            off[list(part)] = difference(x, truth)
            kept.append(x)
            if i % 320 == 0:
                print(f"{i} of {len(rows)}, {time.time() - start:.0f} s", flush=True)
                if o.cache:
                    np.savez(o.cache + ".part.npz", off=off, x=np.concatenate(kept), thing=things, style=styles)
        if o.cache:
            np.savez(o.cache, off=off, x=np.concatenate(kept), thing=things, style=styles)
    best = np.full(len(meta["things"]), np.inf)
    np.minimum.at(best, things, off)
    well = off <= np.maximum([STYLES[s] for s in styles], NEAR * best[things])
    lines = [" ".join(s for s in STYLES if (well & (things == k) & (styles == s)).any()) for k in range(len(meta["things"]))]
    with open(os.path.join(o.to, "styles.txt"), "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
    for s in STYLES:
        print(s, well[styles == s].sum(), "of", (styles == s).sum())
    print("none", sum(not line for line in lines), "of", len(lines))


if __name__ == "__main__":
    main()
