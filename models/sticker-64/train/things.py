"""The names of the things that the model knows, for the program that reads prompts.

    python things.py --packs FOLDER_OF_TGZ --to ../things.tsv

One thing a line, in the order of meta.json (its number is the thing's number there), fields parted by tabs:
    English label, Chinese label, group, the emoji itself, English tags, Chinese tags (parted by commas)
"""
import argparse, os, tempfile

from data import things_of, unpack


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--packs", required=True)
    ap.add_argument("--to", required=True)
    o = ap.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        things = things_of(unpack(o.packs, folder)("emojibase-data-"))
    sign = lambda t: "".join(chr(int(p, 16)) for p in t["hex"].split("-"))
    plain = lambda s: str(s).replace("\t", " ").replace(",", " ").strip()
    with open(o.to, "w", encoding="utf-8") as f:
        for t in things:
            row = [t["label"].replace("\t", " "), t["zh_label"], str(t["group"]), sign(t)]
            f.write("\t".join(row + [",".join(map(plain, t[k])) for k in ("tags", "zh_tags")]) + "\n")


if __name__ == "__main__":
    main()
