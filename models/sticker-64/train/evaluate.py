"""Does a generated picture show the thing that was asked for? A small classifier knows the real ones.

    python sample.py --model FOLDER --pairs DATA --count 200 --to gen.npz
    python evaluate.py --data DATA --generated gen.npz [--threads 1]       (about a minute on one core)

The classifier: colour thumbnails (16 x 16 RGBA) and gradient histograms (of luminance and of alpha,
8 x 8 cells x 8 directions) of the training pairs only, moved by a pixel or two and blurred; linear
discriminant analysis to 128 dimensions (what differs between styles of one thing is damped, what
differs between things is kept); the nearest mean of a thing's pictures by cosine, among all things.
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


class Discriminant:
    def __init__(self, np, x, y, things, dims=128, ridge=0.01):
        self.np = np
        f = [features(np, np.roll(x, m, (1, 2))) for m in MOVES] + [features(np, blur(np, x))]
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

    def score(self, x, y):
        """(top-1, top-5) in percent."""
        s = self.unit((features(self.np, x) - self.mean) @ self.project) @ self.things.T
        hit = self.np.argsort(-s, 1)[:, :5] == y[:, None]
        return 100 * hit[:, 0].mean(), 100 * hit.any(1).mean()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--generated", nargs="*", default=[], help="npz files of sample.py --to")
    ap.add_argument("--threads", type=int, default=1)
    o = ap.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(o.threads)  # before numpy is loaded
    import numpy as np
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    pics = np.load(os.path.join(o.data, "x32.npy"))
    thing = np.array([p["thing"] for p in meta["pictures"]])
    held = np.array([p["held"] for p in meta["pictures"]])
    judge = Discriminant(np, to32(np, pics[~held]), thing[~held], len(meta["things"]))
    show = lambda name, x, y: print("%-28s n %4d  top-1 %5.1f %%  top-5 %5.1f %%" % (name, len(y), *judge.score(x, y)), flush=True)
    show("real, held-out pairs", to32(np, pics[held]), thing[held])
    for path in o.generated:
        g = np.load(path)
        for name, m in (("seen", ~g["held"]), ("held-out", g["held"])):
            show(f"generated, {name} pairs", to32(np, g["x"][m]), g["thing"][m])


if __name__ == "__main__":
    main()
