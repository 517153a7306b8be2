"""Pictures and captions, from npm packages to arrays.

    npm pack @iconify-json/fluent-emoji-flat @iconify-json/fluent-emoji \
             @lobehub/fluent-emoji-3d @iconify-json/noto @iconify-json/twemoji emojibase-data \
             @iconify-json/noto-v1 @iconify-json/fxemoji @iconify-json/emojione
    python data.py --packs FOLDER_OF_TGZ --out DATA
    python data.py --packs FOLDER_OF_TGZ --out ALL --all      (for the last training: nothing is held out)

Writes into DATA:
    x64.npy    uint8 [N, 64, 64, 4], RGBA with premultiplied alpha
    x32.npy    uint8 [N, 32, 32, 4], its 2x2 mean
    meta.json  {"styles": [...], "things": [{hex, group, label, tags, zh_label, zh_tags}],
                "pictures": [{thing, style, held, colour: [r, g, b] or null}], "more": [the same, none held out]};
               with --all, "late" says which would be held out
    more64.npy, more32.npy    the same things in three further sets, which train but neither judge nor measure
Flags and skin-tone doubles are left out. One (thing, style) pair in ten is held out, chosen by a
hash, and never a thing in all the styles it is drawn in.
"""
import argparse, colorsys, glob, hashlib, io, json, os, tarfile
from multiprocessing import Pool

import numpy as np
import resvg_py
from PIL import Image

SIZE = 64
# style word -> (start of the tgz's name, kind)
STYLES = {
    "flat": "iconify-json-fluent-emoji-flat-",
    "fluent": "iconify-json-fluent-emoji-[0-9]",
    "3d": "lobehub-fluent-emoji-3d-",
    "noto": "iconify-json-noto-[0-9]",
    "twemoji": "iconify-json-twemoji-",
}

# these name their icons alike and have no code points: a thing is found by the names that noto, flat and twemoji give it
MORE = {"blob": "iconify-json-noto-v1-", "fxemoji": "iconify-json-fxemoji-", "emojione": "iconify-json-emojione-"}


def unpack(packs, folder):
    """Unpack each tgz into folder/NAME once; returns a finder pattern -> folder."""
    for tgz in glob.glob(os.path.join(packs, "*.tgz")):
        to = os.path.join(folder, os.path.basename(tgz)[:-4])
        if not os.path.isdir(to):
            with tarfile.open(tgz) as t:
                t.extractall(to, filter="data")

    def find(pattern):
        hits = sorted(glob.glob(os.path.join(folder, pattern + "*")))
        if not hits:
            raise SystemExit(f"no pack named {pattern}* in {packs}")
        inner = os.path.join(hits[-1], "package")
        return inner if os.path.isdir(inner) else hits[-1]
    return find


def key(hexcode):
    """A code-point sequence without variation selectors, lower case."""
    return "-".join(p for p in hexcode.lower().split("-") if p != "fe0f")


def things_of(folder):
    """The labelled things of emojibase, in English and Chinese; no flags (group 9), no parts (2)."""
    en = json.load(open(os.path.join(folder, "en/data.json"), encoding="utf-8"))
    zh = {e["hexcode"]: e for e in json.load(open(os.path.join(folder, "zh/data.json"), encoding="utf-8"))}
    out = []
    for e in en:
        if e.get("group") in (None, 2, 9):
            continue
        z = zh.get(e["hexcode"], {})
        out.append(dict(hex=key(e["hexcode"]), group=e["group"], label=e["label"], tags=e.get("tags", []),
                        zh_label=z.get("label", ""), zh_tags=z.get("tags", [])))
    return out


def svgs(folder, names):
    """code point key -> complete SVG text, for one iconify set; names: key -> icon name."""
    d = json.load(open(os.path.join(folder, "icons.json"), encoding="utf-8"))
    w0, h0 = d.get("width", 16), d.get("height", 16)
    out = {}
    for k, name in names.items():
        icon, flip = d["icons"].get(name), False
        if icon is None and name in d.get("aliases", {}):
            a = d["aliases"][name]
            icon, flip = d["icons"].get(a["parent"]), a.get("hFlip", False)
        if icon is None:
            continue
        w, h = icon.get("width", w0), icon.get("height", h0)
        x, y = icon.get("left", 0), icon.get("top", 0)
        body = icon["body"]
        if flip:
            body = f'<g transform="translate({2 * x + w} 0) scale(-1 1)">{body}</g>'
        out[k] = (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
                  f'viewBox="{x} {y} {w} {h}" width="{2 * SIZE}" height="{2 * SIZE}">{body}</svg>')
    return out


def alike(folder, called):
    """code point key -> the icon's name in a set without code points; called: key -> names of other sets."""
    icons = json.load(open(os.path.join(folder, "icons.json"), encoding="utf-8"))
    plain = {}
    for n in [*icons["icons"], *icons.get("aliases", {})]:
        plain.setdefault(n.replace("-", ""), n)
    hits = {k: next((plain[n.replace("-", "")] for n in names if n.replace("-", "") in plain), None) for k, names in called.items()}
    return {k: n for k, n in hits.items() if n}


def raster(source):
    """SVG text or a picture's path -> uint8 [SIZE, SIZE, 4] premultiplied, or None."""
    try:
        if source.startswith("<svg"):
            png = resvg_py.svg_to_bytes(svg_string=source, width=2 * SIZE, height=2 * SIZE)
            im = Image.open(io.BytesIO(bytes(png)))
        else:
            im = Image.open(source)
        im = im.convert("RGBA").convert("RGBa").resize((SIZE, SIZE), Image.LANCZOS)
        a = np.frombuffer(im.tobytes(), np.uint8).reshape(SIZE, SIZE, 4).copy()
        a[..., :3] = np.minimum(a[..., :3], a[..., 3:])
        return a if a[..., 3].max() > 32 else None
    except Exception as e:  # one broken drawing must not stop the set
        print("left out:", source[:80], e)
        return None


HUES = [(14, "red"), (42, "orange"), (68, "yellow"), (165, "green"), (192, "cyan"), (255, "blue"),
        (292, "purple"), (345, "pink"), (361, "red")]


def colour_name(rgb):
    """The plain English colour of an RGB triple in 0..1."""
    h, s, v = colorsys.rgb_to_hsv(*[float(min(max(c, 0), 1)) for c in rgb])
    if s < 0.15:
        return "white" if v > 0.85 else "black" if v < 0.3 else "gray"
    name = next(n for top, n in HUES if h * 360 < top)
    if name in ("orange", "red") and s < 0.75 and v < 0.62 and h * 360 > 5:
        return "brown"
    if name == "red" and s < 0.5 and v > 0.75:
        return "pink"
    return name


def dominant(x):
    """The mean colour of a picture's main hue where one hue holds most of it, else None."""
    p = x.reshape(-1, 4).astype(np.float32) / 255
    a = p[:, 3]
    keep = a > 0.5
    if keep.sum() < 20:
        return None
    rgb = p[keep, :3] / a[keep, None]
    names = np.array([colour_name(c) for c in rgb])
    values, counts = np.unique(names, return_counts=True)
    top = counts.argmax()
    if counts[top] < 0.5 * len(names):
        return None
    return [round(float(c), 4) for c in rgb[names == values[top]].mean(0)]


def fraction(text):
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--packs", required=True, help="folder of the packed npm packages (*.tgz)")
    ap.add_argument("--out", required=True)
    ap.add_argument("--workers", type=int, default=2)
    ap.add_argument("--all", action="store_true", help="hold nothing out: weights that ship, once they are measured")
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    find = unpack(o.packs, os.path.join(o.out, "raw"))
    things = things_of(find("emojibase-data-"))

    names = {}  # code points -> icon name; the sets share their names
    for s in ("twemoji", "noto", "flat"):
        for k, v in json.load(open(os.path.join(find(STYLES[s]), "chars.json"))).items():
            names.setdefault(s, {})[key(k)] = v
    names["fluent"] = names["flat"]
    sources = {s: svgs(find(STYLES[s]), names[s]) for s in STYLES if s != "3d"}
    assets = os.path.join(find(STYLES["3d"]), "assets")
    sources["3d"] = {key(f[:-5]): os.path.join(assets, f) for f in os.listdir(assets) if f.endswith(".webp")}

    called = {k: [names[s][k] for s in ("noto", "flat", "twemoji") if k in names[s]] for s in ("noto", "flat", "twemoji") for k in names[s]}
    more = {s: svgs(find(p), alike(find(p), called)) for s, p in MORE.items()}
    todo = [(t, s, sources[s][th["hex"]]) for t, th in enumerate(things) for s in STYLES if th["hex"] in sources[s]]
    pictures = rastered(o, todo, "x")
    drawn = {}
    for p in pictures:
        drawn.setdefault(p["thing"], []).append(p["style"])
    for p in pictures:
        # a thing's kept style: the one with the largest hash is never held out
        sign = things[p["thing"]]["hex"]
        best = max(drawn[p["thing"]], key=lambda q: fraction(sign + q))
        p["held"] = fraction(sign + p["style"]) < 0.1 and p["style"] != best
        if o.all:
            p["late"], p["held"] = p["held"], False
    extra = rastered(o, [(t, s, more[s][th["hex"]]) for t, th in enumerate(things) for s in MORE if th["hex"] in more[s]], "more")
    json.dump(dict(styles=list(STYLES), things=things, pictures=pictures, more=extra),
              open(os.path.join(o.out, "meta.json"), "w", encoding="utf-8"), ensure_ascii=False)
    print({s: sum(p["style"] == s for p in pictures + extra) for s in [*STYLES, *MORE]}, len(pictures), "pictures,",
          sum(p["held"] for p in pictures), "held out,", sum(p["colour"] is not None for p in pictures), "with a colour,",
          len(extra), "more")


def rastered(o, todo, name):
    """Draws [(thing, style, source)] into NAME64.npy and NAME32.npy; a row for each picture that could be drawn."""
    with Pool(o.workers) as pool:
        pics = pool.map(raster, [x[2] for x in todo], chunksize=64)
    done = [(t, s, p) for (t, s, _), p in zip(todo, pics) if p is not None]
    x64 = np.stack([p for _, _, p in done])
    x32 = x64.reshape(-1, 32, 2, 32, 2, 4).astype(np.float32).mean((2, 4)).round().astype(np.uint8)
    with Pool(o.workers) as pool:
        colours = pool.map(dominant, list(x32), chunksize=64)
    np.save(os.path.join(o.out, name + "64.npy"), x64)
    np.save(os.path.join(o.out, name + "32.npy"), x32)
    return [dict(thing=t, style=s, held=False, colour=c) for (t, s, _), c in zip(done, colours)]


if __name__ == "__main__":
    main()
