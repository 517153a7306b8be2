"""Pairs for the enlarging network, from the packages of sticker-64's data.py.

    npm pack @iconify-json/fluent-emoji-flat @iconify-json/fluent-emoji @lobehub/fluent-emoji-3d @iconify-json/noto \
             @iconify-json/twemoji @iconify-json/noto-v1 @iconify-json/fxemoji @iconify-json/emojione emojibase-data
    python pairs.py --packs FOLDER_OF_TGZ --out DATA
    python pairs.py --packs FOLDER_OF_TGZ --out DATA --faults ../../sticker-64      (after the first; resumable)

Writes into DATA:
    big.npy     uint8 [N, 512, 512, 4], RGBA with premultiplied alpha, drawn from vector sources (a memory map)
    big3d.npy   uint8 [M, 256, 256, 4], the 3d set, which has no vector source
    big.json    [{set, thing, held}] for big.npy, then for big3d.npy: {"vector": [...], "3d": [...]}
    faults.npy  uint8 [K, 64, 64, 4] and faults.json [{"of": "vector" | "3d", "index": i, "t": t, "held": bool}]:
                real pictures, noised to t and drawn to the end again by sticker-64: its own faults in place
A thing is held out in all of its sets (one in twenty, by a hash): the figures are of things never seen.
"""
import argparse, glob, hashlib, io, json, os, sys

import numpy as np
import resvg_py
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "sticker-64", "train"))
import data as stickers  # noqa: E402

BIG = 512
# set -> (start of the tgz's name, at most so many pictures)
SETS = {"flat": ("iconify-json-fluent-emoji-flat-", 1100), "fluent": ("iconify-json-fluent-emoji-[0-9]", 1400),
        "noto": ("iconify-json-noto-[0-9]", 1300), "twemoji": ("iconify-json-twemoji-", 1200),
        "noto-v1": ("iconify-json-noto-v1-", 500), "fxemoji": ("iconify-json-fxemoji-", 300),
        "emojione": ("iconify-json-emojione-", 400)}
SKIP = ("flag-", "-skin-tone", "-light", "-medium", "-dark")


def held_out(thing):
    return int(hashlib.sha256(("crisp " + thing).encode()).hexdigest()[:8], 16) / 2**32 < 0.05


def premultiplied(image, side):
    a = np.frombuffer(image.convert("RGBA").convert("RGBa").resize((side, side), Image.LANCZOS).tobytes(), np.uint8)
    a = a.reshape(side, side, 4).copy()
    a[..., :3] = np.minimum(a[..., :3], a[..., 3:])
    return a


def names_of(folder):
    icons = json.load(open(os.path.join(folder, "icons.json"), encoding="utf-8"))["icons"]
    return [n for n in sorted(icons) if not any(s in n for s in SKIP)]


def make(o):
    find = stickers.unpack(o.packs, os.path.join(o.out, "raw"))
    rng = np.random.default_rng(1)
    todo = []
    for name, (pattern, most) in SETS.items():
        folder = find(pattern)
        names = names_of(folder)
        names = [names[i] for i in rng.permutation(len(names))[:round(most * o.part)]]
        svgs = stickers.svgs(folder, {n: n for n in names})
        todo += [(name, n, svgs[n]) for n in names if n in svgs]
    big = np.lib.format.open_memmap(os.path.join(o.out, "big.npy"), "w+", np.uint8, (len(todo), BIG, BIG, 4))
    rows = []
    for name, thing, svg in todo:
        try:
            png = resvg_py.svg_to_bytes(svg_string=svg, width=BIG, height=BIG)
            a = premultiplied(Image.open(io.BytesIO(bytes(png))), BIG)
        except Exception as e:  # one broken drawing must not stop the set
            print("left out:", name, thing, e)
            continue
        if a[..., 3].max() < 64:
            continue
        big[len(rows)] = a
        rows.append(dict(set=name, thing=thing, held=held_out(thing)))
    assets = os.path.join(find(stickers.STYLES["3d"]), "assets")
    names = {stickers.key(v): n for v, n in json.load(open(os.path.join(find(SETS["flat"][0]), "chars.json"))).items()}
    solid, rows3d = [], []
    files = sorted(glob.glob(os.path.join(assets, "*.webp")))
    for f in files[::round(1 / o.part)]:
        thing = names.get(stickers.key(os.path.basename(f)[:-5]))
        if thing is None or any(s in thing for s in SKIP):
            continue
        solid.append(premultiplied(Image.open(f), 256))
        rows3d.append(dict(set="3d", thing=thing, held=held_out(thing)))
    np.save(os.path.join(o.out, "big3d.npy"), np.stack(solid))
    json.dump({"vector": rows, "3d": rows3d}, open(os.path.join(o.out, "big.json"), "w"))
    print(len(rows), "vector pictures,", len(rows3d), "of the 3d set,", sum(r["held"] for r in rows + rows3d), "held out")


def shrink(x, side):
    """uint8 [H, W, 4] premultiplied -> uint8 [side, side, 4], as sticker-64's data was shrunk (Lanczos)."""
    im = Image.frombytes("RGBa", (x.shape[1], x.shape[0]), x.tobytes()).resize((side, side), Image.LANCZOS)
    a = np.frombuffer(im.tobytes(), np.uint8).reshape(side, side, 4).copy()
    a[..., :3] = np.minimum(a[..., :3], a[..., 3:])
    return a


def faults(o):
    import torch
    import sample as sticker_sample
    from net import rope_tables
    net, table, tok = sticker_sample.load(o.faults)
    rows = json.load(open(os.path.join(o.out, "big.json")))
    big = {"vector": np.load(os.path.join(o.out, "big.npy"), mmap_mode="r"), "3d": np.load(os.path.join(o.out, "big3d.npy"))}
    drawn = ("flat", "fluent", "noto", "twemoji", "3d")  # the sets that sticker-64 learned from
    rng = np.random.default_rng(2)
    pool = [(of, i, r) for of in rows for i, r in enumerate(rows[of]) if r["set"] in drawn]
    pool = [pool[i] for i in rng.permutation(len(pool))[:o.count]]
    cos, sin = rope_tables(net.c, net.c["grid"])
    got, told = [], []
    steps, batch = 8, 16
    done = os.path.join(o.out, "faults.npy")
    if os.path.exists(done):  # whole batches of an earlier run, in the same order
        got, told = [np.load(done)], json.load(open(os.path.join(o.out, "faults.json")))
        told = told[:min(len(told), len(got[0])) // batch * batch]
        got[0] = got[0][:len(told)]
    for at in range(len(told), len(pool), batch):
        rng = np.random.default_rng([2, at])
        torch.manual_seed(at)
        part = pool[at:at + batch]
        x = torch.from_numpy(np.stack([shrink(np.asarray(big[of][i]), 64) for of, i, _ in part])).float() / 127.5 - 1
        t0 = float(rng.uniform(0.15, 0.7))
        z = t0 * x + (1 - t0) * torch.randn_like(x)
        prompts = [r["thing"].replace("-", " ") + " " + r["set"] for _, _, r in part]
        words, valid = sticker_sample.text(prompts + [""] * len(part), table, tok)
        with torch.no_grad():
            for k in range(steps):
                a, b = t0 + (1 - t0) * k / steps, t0 + (1 - t0) * (k + 1) / steps
                hat = net(torch.cat([z, z]), torch.full((2 * len(part),), a), words, valid, cos, sin)
                hat = (hat[len(part):] + 2.0 * (hat[:len(part)] - hat[len(part):])).clamp(-1, 1)
                z = z + (b - a) * (hat - z) / (1 - a)
        got.append(sticker_sample.premultiplied(z))
        told += [dict(of=of, index=i, t=t0, held=r["held"]) for of, i, r in part]
        if at // batch % 20 == 19 or at + batch >= len(pool):
            np.save(os.path.join(o.out, "faults.new.npy"), np.concatenate(got))
            json.dump(told, open(os.path.join(o.out, "faults.json"), "w"))
            os.replace(os.path.join(o.out, "faults.new.npy"), os.path.join(o.out, "faults.npy"))
            print(len(told), "redrawn", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--packs", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--faults", help="folder of the picture model whose faults are wanted")
    ap.add_argument("--count", type=int, default=4000)
    ap.add_argument("--part", type=float, default=1.0, help="of the pictures: a third is enough to go on with")
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    faults(o) if o.faults else make(o)


if __name__ == "__main__":
    main()
