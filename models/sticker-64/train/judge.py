"""The judge that ships: which of some beginnings of a picture shows the thing that was asked for.

    python judge.py --data DATA --to .. [--fixtures FOLDER]

It is the discriminant of evaluate.py, fitted on the training pairs (the held-out ones stay unseen). Writes
    judge.safetensors   mean f32 [2048], project f16 [2048, 128], things f16 [1644, 128] (unit rows), things in the order
                        of meta.json and things.tsv; mirrored u8 [1644], 1 where the pictures of a thing are their own mirror
                        images (median of `apart`, below 0.4; no signs, for they have letters): the program draws these so
    FOLDER/judge.safetensors   pictures u8 [8, 64, 64, 4] (premultiplied), thing [8], features f32 [8, 2048],
                        scores f32 [8, 1644], margins f32 [8], by the f16 tensors: another implementation agrees to 1e-4
A picture's score for a thing is the cosine of its projected features and the thing's row; its margin is the score of the
thing that was asked for less the best score of any other.
"""
import argparse, json, os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
import numpy as np
from safetensors.numpy import load_file, save_file

from evaluate import Discriminant, features, to32


class Judge:
    """As it ships."""

    def __init__(self, path):
        t = {k: v.astype(np.float32) for k, v in load_file(path).items()}
        self.mean, self.project, self.things = t["mean"], t["project"], t["things"]
        self.mirrored = t["mirrored"] == 1

    def scores(self, x):
        """uint8 premultiplied [N, 64, 64, 4] -> [N, things]"""
        z = (features(np, to32(np, x)) - self.mean) @ self.project
        return z / np.linalg.norm(z, axis=1, keepdims=True) @ self.things.T

    def margins(self, x, thing):
        s, rows = self.scores(x), np.arange(len(x))
        own = s[rows, thing]
        s[rows, thing] = -2
        return own - s.max(1)


def apart(x):
    """How much a picture [64, 64, 4] differs from its mirror image about the best of five axes: the mean of the eight cells
    of 16 x 16 that differ most, each by its most different channel, 0 to 1."""
    x = x.astype(np.float32) / 255
    cells = lambda s: np.abs((x - np.roll(x[:, ::-1], s, 1)).reshape(16, 4, 16, 4, 4).mean((1, 3))).max(-1).ravel()
    return min(np.sort(cells(s))[-8:].mean() for s in range(-2, 3))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--to", required=True)
    ap.add_argument("--fixtures")
    o = ap.parse_args()
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    pics = np.load(os.path.join(o.data, "x32.npy"))
    thing = np.array([p["thing"] for p in meta["pictures"]])
    held = np.array([p["held"] for p in meta["pictures"]])
    fitted = Discriminant(np, to32(np, pics[~held]), thing[~held], len(meta["things"]))
    whole = np.load(os.path.join(o.data, "x64.npy"), mmap_mode="r")
    far = np.array([apart(x) for x in whole])
    mirrored = np.array([t["group"] != 8 and np.median(far[(thing == k) & ~held]) < 0.4 for k, t in enumerate(meta["things"])])
    print(mirrored.sum(), "things are their own mirror images")
    path = os.path.join(o.to, "judge.safetensors")
    save_file({"mean": fitted.mean.astype(np.float32), "project": fitted.project.astype(np.float16),
               "things": fitted.things.astype(np.float16), "mirrored": mirrored.astype(np.uint8)}, path)
    print(path, os.path.getsize(path), "bytes")
    if o.fixtures:
        judge = Judge(path)
        some = np.random.default_rng(3).choice(np.flatnonzero(held), 8, replace=False)
        x = whole[some]
        save_file({"pictures": np.ascontiguousarray(x), "thing": thing[some].astype(np.uint32),
                   "features": features(np, to32(np, x)), "scores": judge.scores(x).astype(np.float32),
                   "margins": judge.margins(x, thing[some]).astype(np.float32)},
                  os.path.join(o.fixtures, "judge.safetensors"))


if __name__ == "__main__":
    main()
