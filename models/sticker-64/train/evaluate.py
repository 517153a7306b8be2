"""Does a generated picture show the thing that was asked for? A small classifier knows the real ones.

    python sample.py --model FOLDER --pairs DATA --count 200 --to gen.npz
    python evaluate.py --data DATA --generated gen.npz [--threads 1]       (about a minute on one core)

The classifier: colour thumbnails (16 x 16 RGBA) and gradient histograms (of luminance and of alpha,
8 x 8 cells x 8 directions) of the training pairs only, moved by a pixel or two and blurred; linear
discriminant analysis to 128 dimensions (what differs between styles of one thing is damped, what
differs between things is kept); the nearest mean of a thing's pictures by cosine, among all things.
--second: another discriminant, on other features (Patches). The first one ships and chooses among beginnings of pictures
(judge.py), so figures of what the program draws are the second one's.
Printed: top-1 and top-5 on the real held-out pairs (the ceiling), then on the generated pictures of
seen and of held-out pairs.
"""
import argparse, json, os

MOVES = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (2, 0), (-2, 0), (0, 2), (0, -2)]


def to32(np, x):
    """uint8 premultiplied [N, 32 or 64, ...] -> f32 [N, 32, 32, 4] in [0, 1]."""
    x = x.astype(np.float32) / 255
    return x.reshape(len(x), 32, 2, 32, 2, 4).mean((2, 4)) if x.shape[1] == 64 else x


def features(np, x):
    """[N, 32, 32, 4] -> [N, 2048]."""
    n = len(x)
    out = [x.reshape(n, 16, 2, 16, 2, 4).mean((2, 4)).reshape(n, -1)]
    for ch in (x[..., :3].mean(-1) + 0.5 * (1 - x[..., 3]), x[..., 3]):
        gy, gx = np.gradient(ch, axis=1), np.gradient(ch, axis=2)
        size, angle = np.hypot(gx, gy), (np.arctan2(gy, gx) % np.pi) / np.pi * 8
        low, part = np.floor(angle).astype(int), angle - np.floor(angle)
        h = np.zeros((n, 32, 32, 8), np.float32)
        i, j, k = np.ogrid[:n, :32, :32]
        h[i, j, k, low % 8] += size * (1 - part)
        h[i, j, k, (low + 1) % 8] += size * part
        out.append(3 * np.sqrt(h.reshape(n, 8, 4, 8, 4, 8).mean((2, 4)) + 1e-4).reshape(n, -1))
    return np.concatenate(out, 1).astype(np.float32)


def blur(np, x):
    p = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    x = (p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]) / 4
    return (x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]) / 4


class Patches:
    """Another way to see, for a second judge that knows nothing of the first: how much of each of 160 kinds of patches
    (6 x 6 RGBA, whitened, by k-means) is where in a picture, in 4 x 4 cells (Coates, Lee and Ng 2011)."""

    def __init__(self, np, x, kinds=160, seed=7):
        r = np.random.default_rng(seed)
        some = np.concatenate([self.cut(np, p[None])[r.choice(729, 12)] for p in x[r.choice(len(x), 3000, replace=False)]])
        some = self.plain(np, some)
        self.mean = some.mean(0)
        values, vectors = np.linalg.eigh(np.cov((some - self.mean).T))
        self.white = ((vectors / np.sqrt(values + 0.1)) @ vectors.T).astype(np.float32)
        some = (some - self.mean) @ self.white
        self.kinds = some[r.choice(len(some), kinds, replace=False)]
        for _ in range(12):
            near = ((self.kinds ** 2).sum(1) - 2 * some @ self.kinds.T).argmin(1)
            for k in range(kinds):
                if (near == k).any():
                    self.kinds[k] = some[near == k].mean(0)

    @staticmethod
    def cut(np, x):
        """[N, 32, 32, 4] -> [N * 729, 144], every patch of 6 x 6."""
        view = np.lib.stride_tricks.sliding_window_view(x, (6, 6), (1, 2))
        return view.reshape(-1, 144)

    @staticmethod
    def plain(np, p):
        p = p - p.mean(1, keepdims=True)
        return (p / np.sqrt(p.var(1, keepdims=True) + 0.02)).astype(np.float32)

    def __call__(self, np, x):
        out = []
        for part in np.array_split(x, max(1, len(x) // 64)):
            p = (self.plain(np, self.cut(np, part)) - self.mean) @ self.white
            far = np.sqrt(np.maximum((p ** 2).sum(1, keepdims=True) + (self.kinds ** 2).sum(1) - 2 * p @ self.kinds.T, 0))
            near = np.maximum(far.mean(1, keepdims=True) - far, 0).reshape(len(part), 27, 27, -1)
            rows = np.add.reduceat(near, [0, 7, 14, 21], 1)
            out.append(np.add.reduceat(rows, [0, 7, 14, 21], 2).reshape(len(part), -1))
        return np.sqrt(np.concatenate(out)).astype(np.float32)


class Discriminant:
    def __init__(self, np, x, y, things, dims=128, ridge=0.01, see=features, moves=MOVES):
        self.np, self.see = np, see
        f = [see(np, np.roll(x, m, (1, 2))) for m in moves] + [see(np, blur(np, x))]
        y = np.tile(y, len(f))
        f = np.concatenate(f)
        self.mean = f.mean(0)
        f -= self.mean
        means = np.zeros((things, f.shape[1]), np.float32)
        np.add.at(means, y, f)
        means /= np.maximum(np.bincount(y, minlength=things), 1)[:, None]
        f -= means[y]
        within = f.T @ f / len(f)
        within += ridge * np.trace(within) / len(within) * np.eye(len(within), dtype=np.float32)
        values, vectors = np.linalg.eigh(within)
        white = vectors / np.sqrt(values)
        m = means @ white
        self.project = white @ np.linalg.eigh(m.T @ m)[1][:, -dims:]
        self.things = self.unit(means @ self.project)

    def unit(self, z):
        return z / self.np.linalg.norm(z, axis=1, keepdims=True)

    def scores(self, x):
        """The likeness to each thing, [N, things]."""
        return self.unit((self.see(self.np, x) - self.mean) @ self.project) @ self.things.T

    def score(self, x, y):
        """(top-1, top-5) in percent."""
        hit = self.np.argsort(-self.scores(x), 1)[:, :5] == y[:, None]
        return 100 * hit[:, 0].mean(), 100 * hit.any(1).mean()


def second(np, x, y, things, hues=0):
    """hues: copies of each picture, its hues turned, that it learns too, so that a green dog is a dog."""
    see, moves = Patches(np, x), [(0, 0), (1, 1), (-1, 1), (2, -1)]
    if hues:
        turns = np.random.default_rng(5).uniform(0.5, 2 * np.pi - 0.5, hues * len(x))
        x, y, moves = np.concatenate([x, turned(np, np.concatenate([x] * hues), turns)]), np.tile(y, hues + 1), moves[:2]
    return Discriminant(np, x, y, things, see=see, moves=moves)


def turned(np, x, angles):
    """The hues of premultiplied pictures, turned about the gray axis."""
    c, s = np.cos(angles), np.sin(angles)
    a, b = (1 - c) / 3, s / 3 ** 0.5
    turn = np.stack([c + a, a - b, a + b, a + b, c + a, a - b, a - b, a + b, c + a], -1).reshape(-1, 3, 3)
    rgb = np.einsum("nhwc,ndc->nhwd", x[..., :3], turn.astype(np.float32))
    return np.concatenate([np.minimum(np.maximum(rgb, 0), x[..., 3:]), x[..., 3:]], -1).astype(np.float32)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--generated", nargs="*", default=[], help="npz files of sample.py --to")
    ap.add_argument("--second", action="store_true", help="by the second judge, which has no part in what is drawn")
    ap.add_argument("--threads", type=int, default=1)
    o = ap.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(o.threads)  # before numpy is loaded
    import numpy as np
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    pics = np.load(os.path.join(o.data, "x32.npy"))
    thing = np.array([p["thing"] for p in meta["pictures"]])
    held = np.array([p["held"] for p in meta["pictures"]])
    judge = (second if o.second else Discriminant)(np, to32(np, pics[~held]), thing[~held], len(meta["things"]))
    show = lambda name, x, y: print("%-28s n %4d  top-1 %5.1f %%  top-5 %5.1f %%" % (name, len(y), *judge.score(x, y)), flush=True)
    show("real, held-out pairs", to32(np, pics[held]), thing[held])
    for path in o.generated:
        g = np.load(path)
        for name, m in (("seen", ~g["held"]), ("held-out", g["held"])):
            show(f"generated, {name} pairs", to32(np, g["x"][m]), g["thing"][m])


if __name__ == "__main__":
    main()
