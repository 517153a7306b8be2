"""How much do the seeds of a prompt differ?

    python spread.py --data DATA --program aigc-studio --to OUT [--count 24] [--seed 1] [--flags --guidance 2]

Things that have a real picture in each of the five styles are drawn by the program, eight seeds each. Distances are those of
the second judge's features (evaluate.py; unit vectors, Euclidean). Printed: the mean distance between two seeds of a thing,
the mean distance between the real pictures of a thing in two styles, their ratio; and how many of the pictures drawn have
their thing among the judge's first five, for what differs must still show the thing.
"""
import argparse, glob, json, os, subprocess, tempfile

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
import numpy as np
from PIL import Image

from evaluate import second, to32


def apart(z):
    """Mean distance between two rows."""
    return np.mean([np.linalg.norm(z[i] - z[j]) for i in range(len(z)) for j in range(i)])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--program", required=True)
    ap.add_argument("--to", required=True)
    ap.add_argument("--count", type=int, default=24)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--flags", nargs=argparse.REMAINDER, default=[])
    o = ap.parse_args()
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    pics = np.load(os.path.join(o.data, "x32.npy"))
    thing = np.array([p["thing"] for p in meta["pictures"]])
    held = np.array([p["held"] for p in meta["pictures"]])
    judge = second(np, to32(np, pics[~held]), thing[~held], len(meta["things"]))
    see = lambda x: judge.unit((judge.see(np, to32(np, x)) - judge.mean) @ judge.project)
    whole = [k for k in range(len(meta["things"])) if (thing == k).sum() == 5 and meta["things"][k]["group"] not in (1, 8)]
    chosen = np.random.default_rng(11).permutation(whole)[:o.count]
    os.makedirs(o.to, exist_ok=True)
    env = dict(os.environ, AIGC_STUDIO_HOME=tempfile.mkdtemp())
    drawn, real, shown = [], [], 0
    for k in chosen:
        folder = os.path.join(o.to, f"{k:04d}")
        if not glob.glob(os.path.join(folder, "*.png")):
            os.makedirs(folder, exist_ok=True)
            subprocess.run([o.program, "image", meta["things"][k]["label"], "--seed", str(o.seed), "--count", "8", "--out",
                            os.path.join(folder, "x.png"), *o.flags], env=env, check=True, stdout=subprocess.DEVNULL)
        x = [Image.open(f).convert("RGBA").convert("RGBa").resize((32, 32), Image.BOX) for f in sorted(glob.glob(os.path.join(folder, "*.png")))]
        x = np.stack([np.frombuffer(p.tobytes(), np.uint8).reshape(32, 32, 4) for p in x])
        z = see(x)
        drawn.append(apart(z))
        real.append(apart(see(pics[thing == k])))
        shown += (np.argsort(-(z @ judge.things.T), 1)[:, :5] == k).any(1).sum()
    print(f"seeds {np.mean(drawn):.3f}, styles of real pictures {np.mean(real):.3f}, ratio {np.mean(drawn) / np.mean(real):.2f}; "
          f"shown {shown} of {8 * len(chosen)}")


if __name__ == "__main__":
    main()
