"""The reference sampler: prompts -> RGBA stickers, from an exported folder.

    python sample.py --model FOLDER --out out.png "red apple 3d" "蓝色的猫"
    python sample.py --model FOLDER --pairs DATA --count 256 --to gen.npz   (for evaluate.py; --tries 4 as the program draws)

Euler (or Heun) from t = 0 (noise) to t = 1 (picture). Times: u_k = k / steps, t_k = u / (u + shift (1 - u));
shift 1 is uniform, more than 1 spends more steps near the noise. In every step
    hat = clamp(uncond + guidance * (cond - uncond), -1, 1);   v = (hat - x) / (1 - t)
    Euler: x += (t' - t) v;   Heun: x += (t' - t) (v(x, t) + v(x_euler, t')) / 2, the last step Euler.
So the last step ends at hat itself, and hat is the preview of each step. `uncond` sees the negative
prompt, or <null> where there is none. With --tries a picture is begun again, up to so often, where judge.safetensors of FOLDER sees the thing in no beginning (the
first quarter of the steps) by a margin of 0.05, the best beginning goes on, and things that judge.safetensors marks are drawn as
their own mirror images (their noise too). At the end: p = (x + 1) / 2, alpha = p[3], premultiplied
colour = min(p[0..3], alpha); straight colour = premultiplied / alpha where alpha > 0.
"""
import argparse, json, os

import numpy as np
import torch

from net import Net, rope_tables
from pack import read_weights
from words import Tokeniser


def load(folder):
    """(net in f32, word table [V, W], tokeniser) from an exported folder."""
    c = json.load(open(os.path.join(folder, "config.json"), encoding="utf-8"))
    w = read_weights(folder)
    table = w.pop("table")
    net = Net(c).eval()
    missing, extra = net.load_state_dict({k: v for k, v in w.items() if not k.startswith("rope.")}, strict=False)
    assert not extra and all(k.startswith(("word.", "delta.")) for k in missing), (missing, extra)
    return net, table, Tokeniser.load(os.path.join(folder, "vocab.txt"))


def text(prompts, table, tok):
    """(words [B, L, W], valid [B, L]), padded to the longest prompt. A prompt is text, or (text, the thing's number)."""
    ids = [tok.encode(*((p,) if isinstance(p, str) else p))[0] for p in prompts]
    n = max(map(len, ids))
    valid = torch.tensor([[k < len(i) for k in range(n)] for i in ids])
    ids = torch.tensor([i + [0] * (n - len(i)) for i in ids])
    return table[ids], valid


def times(steps, shift=1.0):
    u = [k / steps for k in range(steps + 1)]
    return [x / (x + shift * (1 - x)) for x in u]


@torch.no_grad()
def sample(net, table, tok, prompts, noise, steps=24, guidance=3.0, negative="", method="euler", shift=1.0, trace=None,
           first=0, last=None, mirrored=None):
    """noise [B, 64, 64, 4] (x after `first` steps) -> x in [-1, 1] after `last` of them (all of them);
    trace: a list that gets x after every step. mirrored [B, 1, 1, 1] 0 or 1: up to t = 0.75 the guesses of these are made
    their own mirror images."""
    b = len(prompts)
    words, valid = text(list(prompts) + [negative] * b, table, tok)
    cos, sin = rope_tables(net.c, net.c["grid"])

    def guided(x, t):
        hat = both(x, t)
        return hat if mirrored is None or t >= 0.75 else torch.lerp(hat, hat.flip(2), 0.5 * mirrored)

    def both(x, t):
        if guidance == 1:
            return net(x, torch.full((b,), t), words[:b], valid[:b], cos, sin).clamp(-1, 1)
        hat = net(torch.cat([x, x]), torch.full((2 * b,), t), words, valid, cos, sin)
        return (hat[b:] + guidance * (hat[:b] - hat[b:])).clamp(-1, 1)

    x, ts = noise, times(steps, shift)
    for t, t2 in list(zip(ts, ts[1:]))[first:last]:
        v = (guided(x, t) - x) / (1 - t)
        if method == "heun" and t2 < 1:
            x2 = x + (t2 - t) * v
            v = (v + (guided(x2, t2) - x2) / (1 - t2)) / 2
        x = x + (t2 - t) * v
        if trace is not None:
            trace.append(x)
    return x


def begun(draw, judge, things, noise, steps, shown=0.05):
    """Of the beginnings noise [TRIES, B, 64, 64, 4] of B pictures, each picture's best, as x [B, 64, 64, 4] after a
    quarter of the steps. draw(x, rows, first, last) takes steps of those pictures."""
    quarter, b = steps // 4, len(things)
    best, keep = np.full(b, -np.inf), torch.zeros_like(noise[0])
    for one in noise:
        rows = np.flatnonzero(best < shown)
        if not len(rows):
            break
        before = draw(one[rows], rows, 0, quarter - 1)
        x = draw(before, rows, quarter - 1, quarter)
        t, t2 = (times(steps)[k] for k in (quarter - 1, quarter))
        hat = before + (x - before) * (1 - t) / (t2 - t)
        margin = judge.margins(premultiplied(hat), np.asarray(things)[rows])
        better = margin > best[rows]
        keep[rows[better]], best[rows[better]] = x[better], margin[better]
    return keep


def premultiplied(x):
    """x in [-1, 1] -> uint8 premultiplied RGBA."""
    p = (x.clamp(-1, 1) + 1) / 2
    return (torch.cat([torch.minimum(p[..., :3], p[..., 3:]), p[..., 3:]], -1) * 255).round().byte().numpy()


def picture_grid(pics, columns, ground=232):
    """uint8 premultiplied [N, H, W, 4] -> PIL image on a light ground."""
    from PIL import Image
    n, h, w, _ = pics.shape
    rows = -(-n // columns)
    sheet = np.full((rows * h, columns * w, 3), ground, np.uint8)
    for i, p in enumerate(pics.astype(np.float32)):
        y, x = i // columns * h, i % columns * w
        sheet[y:y + h, x:x + w] = p[..., :3] + ground * (1 - p[..., 3:] / 255)
    return Image.fromarray(sheet)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("prompts", nargs="*")
    ap.add_argument("--model", required=True)
    ap.add_argument("--out", help="a PNG grid")
    ap.add_argument("--pairs", help="DATA: draw thing + style word of seen and of held-out pairs instead")
    ap.add_argument("--words", action="store_true", help="with --pairs: by the words of the label, not by the thing's own token")
    ap.add_argument("--count", type=int, default=200, help="how many seen and how many held-out pairs")
    ap.add_argument("--to", help="npz for evaluate.py: x uint8 premultiplied, thing, held")
    ap.add_argument("--steps", type=int, default=24)
    ap.add_argument("--guidance", type=float, default=2.0)
    ap.add_argument("--negative", default="")
    ap.add_argument("--method", choices=["euler", "heun"], default="euler")
    ap.add_argument("--shift", type=float, default=1.0)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--columns", type=int, default=8)
    ap.add_argument("--tries", type=int, default=1, help="with --pairs: beginnings of a picture at most; the program has 4")
    ap.add_argument("--threads", type=int)
    o = ap.parse_args()
    if o.threads:
        torch.set_num_threads(o.threads)
    net, table, tok = load(o.model)
    gen = torch.Generator().manual_seed(o.seed)
    if o.tries > 1:
        from judge import Judge
        judge = Judge(os.path.join(o.model, "judge.safetensors"))
    chosen, mirrored = [], None
    if o.pairs:
        meta = json.load(open(os.path.join(o.pairs, "meta.json"), encoding="utf-8"))
        r = np.random.default_rng(0)
        for held in (False, True):
            of = [p for p in meta["pictures"] if p["held"] == held]
            chosen += [of[i] for i in r.permutation(len(of))[:o.count]]
        o.prompts = [(p["style"], p["thing"]) for p in chosen]
        if o.words:
            o.prompts = [f"{meta['things'][p['thing']]['label']} {p['style']}" for p in chosen]
    got = []
    for i in range(0, len(o.prompts), 16):
        part = o.prompts[i:i + 16]
        noise = torch.randn(o.tries, len(part), 64, 64, 4, generator=gen)
        if o.tries > 1:
            mirrored = torch.tensor(judge.mirrored[[p["thing"] for p in chosen[i:i + 16]]]).float()[:, None, None, None]
            noise = torch.where(mirrored > 0, (noise + noise.flip(3)) / 2 ** 0.5, noise)
        of = lambda rows: None if mirrored is None else mirrored[list(rows)]
        draw = lambda x, rows, first, last: sample(net, table, tok, [part[r] for r in rows], x, o.steps, o.guidance, o.negative,
                                                   o.method, o.shift, first=first, last=last, mirrored=of(rows))
        if o.tries > 1:
            x = begun(draw, judge, [p["thing"] for p in chosen[i:i + 16]], noise, o.steps)
            x = draw(x, range(len(part)), o.steps // 4, None)
        else:
            x = draw(noise[0], range(len(part)), 0, None)
        got.append(premultiplied(x))
    got = np.concatenate(got)
    if o.to:
        np.savez_compressed(o.to, x=got, thing=[p["thing"] for p in chosen], held=[p["held"] for p in chosen])
    if o.out:
        picture_grid(got, min(o.columns, len(got))).save(o.out)


if __name__ == "__main__":
    main()
