"""What each word looks like: a picture code per token, fitted in closed form before the training.

    python looks.py --data DATA                (after words.py; a minute or two; writes DATA/looks.npy, DATA/sketch.npz)

A thing's code is the mean of its training pictures (each less the mean of its style, 16 x 16 RGBA), in the
first DIMS principal components, scaled towards equal variance. A caption's code is the sum of its words'
codes: ridge regression over labels and tags in both languages, labels weighing most. A word that is in
no caption takes the mean of the labels whose MiniLM vectors lie nearest to its own; a thing's own token has the thing's
code, and its token in a style the code of that one picture (less the mean of its style). Held-out pictures are not used. The network reads these codes beside the MiniLM vectors and starts with a layer that decodes their sum
(DATA/sketch.npz), so that a prompt starts out as a rough picture.
"""
import argparse, json, os

import numpy as np

from words import ALL_STYLES, LOOKS_SCALE, STYLES, Tokeniser, seen_pairs, thing_token

DIMS = 192
WEIGHT = dict(label=1.0, tagged=0.15, tags=0.05)


def flat(pics):
    """uint8 [n, 32, 32, 4] -> f32 [n, 1024] in 0..1, 16 x 16"""
    n = len(pics)
    return pics.reshape(n, 16, 2, 16, 2, 4).astype(np.float32).mean((2, 4)).reshape(n, -1) / 255


def thing_pictures(pics, meta):
    """[things, 1024] mean training picture of each thing less its style's mean; style means [styles, 1024]."""
    x = flat(pics)
    p = meta["pictures"]
    use = np.array([not q["held"] for q in p])
    thing = np.array([q["thing"] for q in p])
    style = np.array([q["style"] for q in p])
    means = {s: x[use & (style == s)].mean(0) for s in STYLES}
    r = np.zeros((len(meta["things"]), x.shape[1]), np.float32)
    count = np.zeros(len(r))
    for i in np.flatnonzero(use):
        r[thing[i]] += x[i] - means[style[i]]
        count[thing[i]] += 1
    return r / np.maximum(count, 1)[:, None], count > 0, means


def captions(things, tok):
    """[(thing, weight, [token id])]"""
    out = []
    for k, t in enumerate(things):
        for label, tags, longest in ((t["label"], t["tags"], 4), (t["zh_label"], t["zh_tags"], 4), (t["zh_label"], t["zh_tags"], 1)):
            cut = lambda s: [tok.id[w] for w in tok.tokens(s, longest)[0]]
            a, b = cut(label), [cut(x) for x in tags]
            if a:
                out.append((k, WEIGHT["label"], a))
                for x in b:
                    out.append((k, WEIGHT["tagged"], a + x))
            for x in b:
                if x:
                    out.append((k, WEIGHT["tags"], x))
    return out


def ridge(rows, y, learned, strength):
    """Word codes [learned, DIMS] with which the sum over a caption's words comes nearest to its thing's code."""
    from scipy.linalg import solve
    from scipy.sparse import csr_matrix
    words = [sorted(set(ids)) for _, _, ids in rows]
    ends = np.cumsum([0] + [len(w) for w in words])
    a = csr_matrix((np.ones(ends[-1]), np.concatenate(words), ends), shape=(len(rows), learned))
    weighed = a.multiply(np.array([weight for _, weight, _ in rows])[:, None]).tocsr()
    gram = (weighed.T @ a).toarray()
    gram[np.diag_indices_from(gram)] += strength
    return solve(gram, weighed.T @ y[[k for k, _, _ in rows]], assume_a="pos", overwrite_a=True).astype(np.float32)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", required=True)
    ap.add_argument("--judge", action="store_true", help="also: does the decoded code alone name its thing?")
    ap.add_argument("--strength", type=float, default=0.3)
    o = ap.parse_args()
    path = lambda n: os.path.join(o.data, n)
    meta = json.load(open(path("meta.json"), encoding="utf-8"))
    tok = Tokeniser.load(path("vocab.txt"))
    learned = json.load(open(path("words.json")))["learned"]
    base = np.load(path("base.npy")).astype(np.float32)
    pics = np.load(path("x32.npy"))
    y, ok, style_means = thing_pictures(pics, meta)
    mean = y[ok].mean(0)
    u, s, vt = np.linalg.svd(y[ok] - mean, full_matrices=False)
    var = s ** 2 / ok.sum()
    print("variance kept by", DIMS, "components: %.3f" % (var[:DIMS].sum() / var.sum()))
    scale = (var[:DIMS] / var[:DIMS].mean()) ** 0.25 / np.sqrt(var[:DIMS])   # halfway to equal variance
    code = (y - mean) @ vt[:DIMS].T * scale
    code[~ok] = 0
    rows = captions(meta["things"], tok)
    looks = np.zeros((len(tok.vocab), DIMS), np.float32)
    looks[:learned] = ridge(rows, code, learned, o.strength)
    # words of no caption: the labels nearest in MiniLM's space
    en = np.zeros((len(meta["things"]), 384), np.float32)
    for k, t in enumerate(meta["things"]):
        ids = [tok.id[w] for w in tok.tokens(t["label"])[0]]
        en[k] = base[ids].sum(0) if ids else 0
    en /= np.maximum(np.linalg.norm(en, axis=1, keepdims=True), 1e-6)
    for i in range(learned, len(looks), 2048):
        e = np.exp(25 * (base[i:i + 2048] @ en.T)) * ok
        looks[i:i + 2048] = e / e.sum(1, keepdims=True) @ code
    for w, zh in ALL_STYLES.items():   # a style word is not a thing
        looks[[tok.id[w], tok.id[zh]]] = 0
    looks[:2] = 0
    looks[[tok.id[thing_token(k)] for k in range(len(code))]] = code
    each = {"x": flat(pics), "more": flat(np.load(path("more32.npy")))}
    pairs = seen_pairs(meta)
    for s in {style for _, style in pairs}:
        ids, rows = zip(*[(tok.id[thing_token(k, s)], each[name][i]) for (k, style), (name, i) in pairs.items() if style == s])
        rows = np.stack(rows)
        looks[list(ids)] = (rows - rows.mean(0) - mean) @ vt[:DIMS].T * scale
    print("rms of thing codes %.3f, of word codes %.3f / %.3f" % (np.sqrt((code ** 2).mean()),
          np.sqrt((looks[:learned] ** 2).mean()), np.sqrt((looks[learned:] ** 2).mean())))
    np.save(path("looks.npy"), looks.astype(np.float16))
    # from the sum of LOOKS_SCALE * looks to pictures in [-1, 1], 16 x 16 RGBA
    every = np.mean([style_means[q["style"]] for q in meta["pictures"]], 0)
    np.savez(path("sketch.npz"), decoder=(2 / LOOKS_SCALE * (vt[:DIMS] / scale[:, None]).T).reshape(16, 16, 4, DIMS).astype(np.float32),
             mean=(2 * (every + mean) - 1).reshape(16, 16, 4).astype(np.float32))
    if o.judge:
        from evaluate import Discriminant, to32
        thing = np.array([p["thing"] for p in meta["pictures"]])
        held = np.array([p["held"] for p in meta["pictures"]])
        judge = Discriminant(np, to32(np, pics[~held]), thing[~held], len(meta["things"]))
        pick = np.flatnonzero(held)
        sm = np.stack([style_means[meta["pictures"][i]["style"]] for i in pick])

        def show(name, z):
            x = (z / scale) @ vt[:DIMS] + mean + sm
            x = np.repeat(np.repeat(x.reshape(-1, 16, 16, 4), 2, 1), 2, 2).clip(0, 1)
            print("%-24s top-1 %5.1f  top-5 %5.1f" % (name, *judge.score(x, thing[pick])))
        show("mean picture's code", code[thing[pick]])
        for lang in ("label", "zh_label"):
            z = [looks[sorted({tok.id[w] for w in tok.tokens(meta["things"][k][lang])[0]} or {0})].sum(0) for k in thing[pick]]
            show("sum of words, " + lang, np.array(z))


if __name__ == "__main__":
    main()
