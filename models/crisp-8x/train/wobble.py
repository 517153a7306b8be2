"""How much the outlines wobble that sticker-64 draws: the size and the width of with_faults' wobble come from here.

    python wobble.py --model ../../sticker-64 --data STICKERS       (STICKERS: of sticker-64's data.py and words.py)

Takes every real picture whose outline is an ellipse to 0.15 pixels (of 64), has sticker-64 draw the same thing in the same style,
and prints the RMS distance of both outlines from their own ellipses by the wavelength of the wobble, in pixels. An outline is where
alpha is one half, on 128 rays from the middle; the ellipse is its harmonics 0, 1 and 2.
"""
import argparse, json, os, sys

import numpy as np
import torch

from train import wobbly  # ours: before the other model's folder is looked through

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "sticker-64", "train"))
import sample as stickers  # noqa: E402

RAYS = 128
BANDS = ((3, 4), (5, 8), (9, 16), (17, 32))  # harmonics


def outline(alpha):
    """uint8 [64, 64] -> the outline's distance from its middle on RAYS rays, in pixels; None where it is not one round thing."""
    a = alpha.astype(np.float64) / 255
    if a.sum() < 200:
        return None
    y, x = np.mgrid[:64, :64]
    cy, cx = (y * a).sum() / a.sum(), (x * a).sum() / a.sum()
    angle = np.arange(RAYS) * 2 * np.pi / RAYS
    r = np.arange(0, 46, 0.125)[None]
    py, px = (cy + np.sin(angle)[:, None] * r).clip(0, 62.999), (cx + np.cos(angle)[:, None] * r).clip(0, 62.999)
    iy, ix = py.astype(int), px.astype(int)
    fy, fx = py - iy, px - ix
    v = (a[iy, ix] * (1 - fy) + a[iy + 1, ix] * fy) * (1 - fx) + (a[iy, ix + 1] * (1 - fy) + a[iy + 1, ix + 1] * fy) * fx
    out = np.empty(RAYS)
    for k in range(RAYS):
        crossings = np.flatnonzero((v[k, :-1] >= 0.5) & (v[k, 1:] < 0.5))
        if len(crossings) != 1:
            return None
        c = crossings[0]
        out[k] = r[0, c] + 0.125 * (v[k, c] - 0.5) / (v[k, c] - v[k, c + 1])
        y1, x1 = cy + np.sin(angle[k]) * out[k], cx + np.cos(angle[k]) * out[k]
        if min(y1, x1) < 0.7 or max(y1, x1) > 62.3:
            return None  # cut by the picture's edge
    return out


def wobble(rays):
    """(RMS of each of BANDS, the mean radius), in pixels."""
    h = np.fft.rfft(rays) / RAYS
    return [np.sqrt(2 * (np.abs(h[a:b + 1]) ** 2).sum()) for a, b in BANDS], h[0].real


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--guidance", type=float, default=2.0)
    ap.add_argument("--steps", type=int, default=24)
    ap.add_argument("--count", type=int, default=160)
    o = ap.parse_args()
    torch.set_num_threads(1)
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    real = np.load(os.path.join(o.data, "x64.npy"), mmap_mode="r")
    keep = []
    for i, p in enumerate(meta["pictures"]):
        r = outline(real[i][..., 3])
        if r is not None and np.sqrt(sum(b * b for b in wobble(r)[0])) < 0.15:
            keep.append((i, r))
    keep = [keep[i] for i in np.random.default_rng(1).permutation(len(keep))[:o.count]]
    net, table, tok = stickers.load(o.model)
    rows = {"real": [wobble(r)[0] for _, r in keep], "faults": [], "drawn": []}
    small = torch.from_numpy(np.stack([real[i] for i, _ in keep])).permute(0, 3, 1, 2).float() / 255
    for p in wobbly(small, torch.Generator().manual_seed(1)):
        r = outline((p[3].numpy() * 255).astype(np.uint8))
        if r is not None:
            rows["faults"].append(wobble(r)[0])
    width = np.mean([wobble(r)[1] for _, r in keep])
    for at in range(0, len(keep), 16):
        part = [meta["pictures"][i] for i, _ in keep[at:at + 16]]
        noise = torch.randn(len(part), 64, 64, 4, generator=torch.Generator().manual_seed(at))
        x = stickers.sample(net, table, tok, [(p["style"], p["thing"]) for p in part], noise, o.steps, o.guidance)
        for p in stickers.premultiplied(x):
            r = outline(p[..., 3])
            if r is not None:
                rows["drawn"].append(wobble(r)[0])
    print("harmonics (wavelength in pixels):", ", ".join(f"{a} to {b} ({2 * np.pi * width / b:.0f} to {2 * np.pi * width / a:.0f})" for a, b in BANDS))
    for name, got in rows.items():
        got = np.array(got)
        whole = np.sqrt((got ** 2).sum(1))
        print(f"{name:6} {len(got):4} outlines, RMS by band: " + ", ".join(f"{v:.3f}" for v in np.sqrt((got ** 2).mean(0)))
              + f"; whole: median {np.median(whole):.3f}, nine in ten below {np.quantile(whole, 0.9):.3f}, RMS {np.sqrt((whole ** 2).mean()):.3f}")


if __name__ == "__main__":
    main()
