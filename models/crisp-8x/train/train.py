"""Train the enlarging network for a given time beside other work; stop and go on as you like.

    python train.py --data DATA --out RUN --seconds 7200                 L1 and the L1 of gradients
    python train.py --data DATA --out RUN --seconds 10800 --gan-from 7200   then a patch discriminator against it

    python train.py --data DATA --out RUN --from FOLDER --seconds 3600      a new RUN goes on from exported weights

RUN/last.pt is written every two minutes and on SIGTERM; the same command goes on from it. RUN/train.log has a line a
minute; every ten minutes it also has the figures of the held-out things (PSNR against Lanczos, at 256, on clean inputs and
on inputs with faults) and RUN/look-*.png shows some of them.
Half of the inputs are a real picture made small, with faults put in (blur, wobbling outlines, colour noise, a grid pattern of
4 pixels); a third are redrawings by sticker-64 (pairs.py --faults); the rest are clean.
"""
import argparse, contextlib, json, os, signal, time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

from pairs import shrink
from crisp import Crisp

SIDE, BIG = 64, 512


def to_float(a):
    return torch.from_numpy(np.ascontiguousarray(a)).permute(0, 3, 1, 2).float() / 255


def bounded(x):
    """Into [0, 1], colour within alpha."""
    x = x.clamp(0, 1)
    return torch.cat([torch.minimum(x[:, :3], x[:, 3:]), x[:, 3:]], 1)


# Wobbles of an outline: {their points are so many pixels apart: they bend by so many pixels}, as much as sticker-64 bends
# outlines by wobble.py, RMS over many pictures
WOBBLE = {16: 0.16, 8: 0.16, 4: 0.16}


def wobbly(x, rng, much=1.0):
    """Pictures [B, 4, H, W], crops of 64 x 64 ones, with outlines that wobble by 0 to 2 times `much` times WOBBLE, each by its own
    share."""
    b, _, h, w = x.shape
    share = torch.rand(b, 1, 1, 1, generator=rng) * 2 * much
    shift = 0
    for apart, pixels in WOBBLE.items():
        points = (round(h / apart) + 1, round(w / apart) + 1)
        coarse = (torch.rand(b, 2, *points, generator=rng) * 2 - 1) * share * pixels
        shift = shift + F.interpolate(coarse, size=(h, w), mode="bicubic", align_corners=True)
    place = F.affine_grid(torch.eye(2, 3)[None].expand(b, 2, 3), (b, 4, h, w), align_corners=False)
    place = place + shift.permute(0, 2, 3, 1) * 2 / torch.tensor([w, h])
    return F.grid_sample(x, place, mode="bilinear", padding_mode="zeros", align_corners=False)


def with_faults(x, rng, much=1.0):
    """Pictures at 64 -> the same with what a small picture model does to them; each picture its own amounts. much: of the wobble."""
    b = len(x)
    u = lambda: torch.rand(b, 1, 1, 1, generator=rng)
    x = wobbly(x, rng, much=much)
    soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.lerp(x, soft, u() * 0.9)
    noise = torch.randn(x.shape, generator=rng) * 0.05 * u()
    low = F.interpolate(torch.randn(b, 4, 16, 16, generator=rng) * 0.06 * u(), size=x.shape[-2:], mode="bilinear")
    cell = torch.randn(b, 4, 4, 4, generator=rng).repeat(1, 1, x.shape[-2] // 4, x.shape[-1] // 4) * 0.03 * u()
    inside = (x[:, 3:] > 0.02).float()
    return bounded(x + (noise + low + cell) * torch.maximum(inside, u() * 0.3))


class Data:
    def __init__(self, folder, seed):
        rows = json.load(open(os.path.join(folder, "big.json")))
        self.big = {"vector": np.load(os.path.join(folder, "big.npy"), mmap_mode="r"),
                    "3d": np.load(os.path.join(folder, "big3d.npy"), mmap_mode="r")}
        self.rng = np.random.default_rng(seed)
        self.torch = torch.Generator().manual_seed(seed)
        self.keep, self.held = [], []
        for of in rows:
            for i, r in enumerate(rows[of]):
                (self.held if r["held"] else self.keep).append((of, i))
        cache = os.path.join(folder, "small.npz")
        if not os.path.exists(cache):
            np.savez(cache, **{of: np.stack([shrink(np.asarray(self.big[of][i]), SIDE) for i in range(len(rows[of]))]) for of in rows})
        with np.load(cache) as z:
            self.small = {of: z[of] for of in rows}
        self.faults, self.held_faults = {}, []
        if os.path.exists(os.path.join(folder, "faults.npy")):
            pics = np.load(os.path.join(folder, "faults.npy"))
            for p, r in zip(pics, json.load(open(os.path.join(folder, "faults.json")))):
                if r["held"]:
                    self.held_faults.append((r["of"], r["index"], p))
                elif r["t"] > 0.3:
                    self.faults.setdefault((r["of"], r["index"]), []).append(p)
        self.redrawn = list(self.faults)

    def batch(self, n, crop, of):
        """small [n, 4, crop, crop] with faults, big [n, 4, k crop, k crop]; one source a batch (their sides differ)."""
        keep = [k for k in self.keep if k[0] == of] if not hasattr(self, "_" + of) else getattr(self, "_" + of)
        setattr(self, "_" + of, keep)
        redrawn = [k for k in self.redrawn if k[0] == of]
        small, big, real = [], [], []
        scale = self.big[of].shape[1] // SIDE
        for _ in range(n):
            again = redrawn and self.rng.random() < 0.33
            key = (redrawn if again else keep)[self.rng.integers(len(redrawn if again else keep))]
            s = self.small[of][key[1]]
            source = self.faults[key][self.rng.integers(len(self.faults[key]))] if again else s
            y, x = self.corner(s, crop)
            flip = self.rng.random() < 0.5
            f = (lambda a: a[:, ::-1]) if flip else (lambda a: a)
            small.append(f(source[y:y + crop, x:x + crop]))
            big.append(f(self.big[of][key[1], y * scale:(y + crop) * scale, x * scale:(x + crop) * scale]))
            real.append(bool(again))
        small, big = to_float(np.stack(small)), to_float(np.stack(big))
        change = torch.tensor([not r and self.rng.random() < 0.75 for r in real])[:, None, None, None]
        return torch.where(change, with_faults(small, self.torch), small), big

    def corner(self, s, crop):
        """A crop that holds something, nearly always."""
        for _ in range(4):
            y, x = self.rng.integers(SIDE - crop + 1, size=2)
            if s[y:y + crop, x:x + crop, 3].any():
                break
        return y, x


def gradients(x):
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def closeness(out, big):
    if out.shape != big.shape:  # the 3d set is known at 256 only
        out = F.avg_pool2d(out, out.shape[-1] // big.shape[-1])
    loss = (out - big).abs().mean()
    for a, b in zip(gradients(out), gradients(big)):
        loss = loss + 0.5 * (a - b).abs().mean()
    return loss, out


class Patches(nn.Module):
    """A patch discriminator on 8 channels (the drawing, the small input enlarged)."""

    def __init__(self):
        super().__init__()
        c = lambda i, o, s: nn.utils.parametrizations.spectral_norm(nn.Conv2d(i, o, 4, s, 1))
        self.net = nn.Sequential(c(8, 32, 2), nn.LeakyReLU(0.2), c(32, 64, 2), nn.LeakyReLU(0.2), c(64, 96, 2),
                                 nn.LeakyReLU(0.2), c(96, 1, 1))

    def forward(self, big, small):
        return self.net(torch.cat([big, F.interpolate(small, size=big.shape[-2:], mode="bilinear")], 1))


def psnr(a, b):
    return -10 * torch.log10((a - b).square().mean((1, 2, 3)).clamp(min=1e-8))


def lanczos(small, side):
    out = []
    for p in (small.permute(0, 2, 3, 1) * 255).round().byte().numpy():
        im = Image.frombytes("RGBa", (SIDE, SIDE), p.tobytes()).resize((side, side), Image.LANCZOS)
        out.append(np.frombuffer(im.tobytes(), np.uint8).reshape(side, side, 4))
    return bounded(to_float(np.stack(out)))


@torch.no_grad()
def figures(net, data, count=48, path=None):
    """{inputs: (ours, Lanczos)} mean PSNR at 256 of held-out things, in dB."""
    vector = [k for k in data.held if k[0] == "vector"]
    vector = [vector[i] for i in np.random.default_rng(3).permutation(len(vector))[:count]]
    redrawn = [h for h in data.held_faults if h[0] == "vector"][:count]
    truth = lambda keys: F.avg_pool2d(to_float(np.stack([data.big[k[0]][k[1]] for k in keys])), 2)
    clean = to_float(np.stack([data.small[of][i] for of, i in vector]))
    faulty = lambda much: (with_faults(clean, torch.Generator().manual_seed(7), much), truth(vector))
    sets = {"clean": (clean, truth(vector)), "faulty": faulty(1.0), "without the wobble": faulty(0.0),
            "with twice the wobble": faulty(2.0), "with four times": faulty(4.0)}
    if redrawn:
        sets["redrawn"] = (to_float(np.stack([h[2] for h in redrawn])), truth(redrawn))
    out, strips = {}, []
    for name, (small, big) in sets.items():
        got = torch.cat([bounded(net(s)) for s in small.split(8)])
        other = lanczos(small, 256)
        out[name] = (psnr(F.avg_pool2d(got, 2), big).mean().item(), psnr(other, big).mean().item())
        strips += [other[:8], F.avg_pool2d(got, 2)[:8], big[:8]]
    if path:
        rows = [torch.cat(list(s[:, :3] + 0.9 * (1 - s[:, 3:])), 2) for s in strips]
        sheet = (torch.cat(rows, 1).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
        Image.fromarray(sheet).save(path)
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--seconds", type=float, required=True, help="training time by the processor's clock, each thread apart (so other work does not count), with the runs it goes on from")
    ap.add_argument("--gan-from", type=float, default=float("inf"))
    ap.add_argument("--from", dest="start", help="an exported folder to start from, where RUN has nothing yet")
    ap.add_argument("--batch", type=int, default=12)
    ap.add_argument("--crop", type=int, default=24)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int)
    o = ap.parse_args()
    os.makedirs(o.out, exist_ok=True)
    if o.threads:
        torch.set_num_threads(o.threads)
    with contextlib.suppress(OSError):
        os.nice(19)
    # Without instructions for it, bf16 is forty times as slow as f32
    has_bf16 = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    torch.manual_seed(o.seed)
    data = Data(o.data, o.seed + int(time.time()) % 1000)
    net, judge = Crisp(), Patches()
    if o.start:
        from safetensors.torch import load_file
        net.load_state_dict({k: v.float() for k, v in load_file(os.path.join(o.start, "weights.safetensors")).items()})
    ema = Crisp()
    ema.load_state_dict(net.state_dict())
    opt = torch.optim.AdamW(net.parameters(), lr=o.lr, betas=(0.9, 0.98), weight_decay=1e-4)
    opt_judge = torch.optim.AdamW(judge.parameters(), lr=3e-4, betas=(0.5, 0.98))
    done, step = 0.0, 0
    last = os.path.join(o.out, "last.pt")
    if os.path.exists(last):
        ck = torch.load(last)
        for part, key in ((net, "net"), (ema, "ema"), (judge, "judge"), (opt, "opt"), (opt_judge, "opt_judge")):
            part.load_state_dict(ck[key])
        done, step = ck["done"], ck["step"]
    log = open(os.path.join(o.out, "train.log"), "a", buffering=1)
    say = lambda text: (print(text, flush=True), log.write(text + "\n"))
    say(f"# {sum(p.numel() for p in net.parameters())} parameters, {len(data.keep)} pictures, {len(data.redrawn)} redrawn, "
        f"{len(data.held)} held out, from {done:.0f} s, {vars(o)}")

    def save():
        torch.save(dict(net=net.state_dict(), ema=ema.state_dict(), judge=judge.state_dict(), opt=opt.state_dict(),
                        opt_judge=opt_judge.state_dict(), done=done, step=step), last + ".new")
        os.replace(last + ".new", last)

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    clock = lambda: time.process_time() / torch.get_num_threads()
    begin, said, saved, drawn = clock() - done, *[time.monotonic()] * 3
    sums, first = [], step
    while done < o.seconds and not stop:
        factor = min(1.0, (step + 20) / 200, max(0.02, (o.seconds - done) / (0.25 * o.seconds)))
        for g in opt.param_groups:
            g["lr"] = o.lr * factor
        small, big = data.batch(o.batch, o.crop, "3d" if step % 5 == 4 else "vector")
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16):
            out = net(small).float()
        loss, same = closeness(out, big)
        full = loss
        if done >= o.gan_from:
            real, fake = judge(big, small), judge(same.detach(), small)
            worse = F.relu(1 - real).mean() + F.relu(1 + fake).mean()
            opt_judge.zero_grad(set_to_none=True)
            worse.backward()
            opt_judge.step()
            full = loss - 0.004 * judge(same, small).mean()
        opt.zero_grad(set_to_none=True)
        full.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        opt.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(ema.parameters()), list(net.parameters()), 1 - min(0.999, (1 + step) / (10 + step)))
        sums.append(loss.item())
        now = time.monotonic()
        done = clock() - begin
        if now - said >= 60:
            say(f"{done:7.0f} s  step {step}  {(step - first) * o.batch / (now - said):5.1f}/s  loss {np.mean(sums):.5f}  lr {o.lr * factor:.1e}")
            said, sums, first = now, [], step
        if now - saved >= 120:
            save()
            saved = now
        if now - drawn >= 600:
            got = figures(ema, data, path=os.path.join(o.out, f"look-{int(done):06d}.png"))
            say("# held out at 256, ours and Lanczos: " + ", ".join(f"{k} {a:.2f} {b:.2f} (+{a - b:.2f})" for k, (a, b) in got.items()))
            drawn = now
    save()
    got = figures(ema, data, path=os.path.join(o.out, "look-last.png"))
    say("# held out at 256, ours and Lanczos: " + ", ".join(f"{k} {a:.2f} {b:.2f} (+{a - b:.2f})" for k, (a, b) in got.items()))
    say(f"# stopped at {done:.0f} s, step {step}")


if __name__ == "__main__":
    main()
