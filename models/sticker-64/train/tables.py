"""What src/scene knows without likely.txt: which words name things, and which are of the grammar.

For likely.py alone. It follows the rules of src/scene/things.rs and lexer.rs closely enough to choose words; the tests of
src/scene check the table that comes of it.
"""
import glob, os, re

NAME, NEAR, ROLE, OTHER, UNKNOWN = 10, 12, 11, 13, 40  # what a part of a Chinese run costs (lexer.rs)


def folded(name):
    words = re.split(r"[^\w'’]|_", name.lower())
    return " ".join(w for w in (w.replace("'", "").replace("’", "") for w in words) if w)


def stems(word):
    out = [word]
    for end, new in [("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e")]:
        if word.endswith(end) and len(word) - len(end) >= 2:
            out.append(word[:len(word) - len(end)] + new)
    return out


def lines(path):
    """[(English names, Chinese names, labels)] of a file of names."""
    for line in open(path, encoding="utf-8"):
        if not line.startswith("#") and "|" in line:
            en, zh, labels = (part.strip() for part in line.split("|"))
            split = lambda text, sign: [w.strip() for w in text.split(sign) if w.strip()]
            yield split(en, ","), split(zh, ","), split(labels, ";")


class Tables:
    def __init__(self, model, scene):
        read = lambda name: open(os.path.join(model, name), encoding="utf-8")
        self.things = [line.rstrip("\n").split("\t") for line in read("things.tsv")]
        self.number = {t[0]: i for i, t in enumerate(self.things)}
        self.cost = {}
        # (words of one line, numbers of their things), by hand
        self.senses, self.near = [], []
        put = lambda word, cost: self.cost.__setitem__(word, min(cost, self.cost.get(word, UNKNOWN)))
        for name, cost, kept in [("senses.txt", NAME, self.senses), ("kinds.txt", OTHER, None), ("near.txt", NEAR, self.near)]:
            for en, zh, labels in lines(os.path.join(model, name)):
                for word in en + zh:
                    put(folded(word), cost)
                if kept is not None:
                    kept.append((en, zh, [self.number[label] for label in labels]))
        for en, zh, _, _, tags, zh_tags in self.things:
            put(folded(en), NAME)
            put(zh, NAME)
            put(folded(en).split()[-1], OTHER)
            for tag in tags.split(",") + [t for t in zh_tags.split(",") if len(t) > 1]:
                put(folded(tag), OTHER)
        for line in read("no-nouns.txt"):
            put(line.strip(), OTHER)
        # Every text of the program's sources is a word of the grammar or comes near to one; tests apart.
        for path in glob.glob(os.path.join(scene, "**", "*.rs"), recursive=True):
            if os.path.basename(path) != "tests.rs":
                source = open(path, encoding="utf-8").read().split("#[cfg(test)]")[0]
                for word in re.findall(r'"([^"\\\n]{1,24})"', source):
                    put(word.lower(), ROLE)
        self.cost.pop("", None)
        self.longest = max(len(word) for word in self.cost if not word.isascii())

    def parts(self, run):
        """[(word, cost)] of a Chinese run, cut as the program cuts it."""
        best = [(0, 0, 0)] + [(10 ** 6, 0, 0)] * len(run)
        for end in range(1, len(run) + 1):
            for start in range(max(0, end - self.longest), end):
                cost = self.cost.get(run[start:end], UNKNOWN)
                if cost == UNKNOWN and end - start > 1:
                    continue
                if best[start][0] + cost < best[end][0]:
                    best[end] = (best[start][0] + cost, start, cost)
        out, end = [], len(run)
        while end > 0:
            _, start, cost = best[end]
            out.append((run[start:end], cost))
            end = start
        return out[::-1]

    def knows(self, word):
        """Whether the program reads something in a word, so that the word needs no line of its own."""
        if word.isascii():
            return any(stem in self.cost for stem in stems(word))
        parts = self.parts(word)
        named = lambda part: part[1] != ROLE and part[1] != UNKNOWN
        whole = all(cost != UNKNOWN for _, cost in parts)
        # 洒水车 is a car; of 鱼缸 the fish is the smaller part.
        return whole or named(parts[-1]) or any(named(part) and len(part[0]) > 1 for part in parts)
