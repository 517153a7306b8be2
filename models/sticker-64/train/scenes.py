"""The scene measure: are 120 scenes of two to four things drawn as they were asked for?

    python scenes.py --write ../scenes.txt                                    the prompts, and what each asks for
    python scenes.py --data DATA --program aigc-studio --to OUT [--scenes ../scenes.txt] [--seed 7]
    python scenes.py --data DATA --to OUT --as-one ../../crisp-8x     the most that one network of 64 px could show of them

Prompts come from templates and a list of everyday nouns, half of them in Chinese; nothing was tuned on them. A line is
`prompt TAB noun[:colour],... TAB relation,...`, nouns by number in order of the prompt, as in `on 0 1`.
Each prompt is drawn by the program with `--layers`. A scene counts when

- every thing is there as often as it was asked for, and the second judge of evaluate.py has it among its first five of 1,644
  (first one: `--top 1`), judged on what is to be seen of the layer
  (the judge learned pictures with turned hues and mirror images too: scenes ask for green dogs, and the program draws some
  things facing the other way);
- every colour is right: no other colour has more of what is to be seen of the thing, and it has a quarter of that;
- every relation holds between the boxes of the layers.

Printed: each of these, and the scenes where all hold. OUT/scenes.tsv says it for each.
With --as-one, each picture that OUT has is made 64 px wide and enlarged again by crisp-8x before the things are cut out of it:
as if one network had drawn the whole scene at its own size, without a fault.
"""
import argparse, collections, glob, json, os, random, subprocess, tempfile

# English, plural, Chinese, measure word, code points that show it, whether people give it a colour
NOUNS = [
    ("cat", "cats", "猫", "只", "1f408 1f431 1f408-200d-2b1b 1f63a", 1), ("dog", "dogs", "狗", "只", "1f415 1f436 1f429 1f9ae", 1),
    ("rabbit", "rabbits", "兔子", "只", "1f407 1f430", 1), ("bear", "bears", "熊", "只", "1f43b 1f43b-200d-2744", 1),
    ("frog", "frogs", "青蛙", "只", "1f438", 0), ("penguin", "penguins", "企鹅", "只", "1f427", 0),
    ("fish", "fish", "鱼", "条", "1f41f 1f420 1f421", 1), ("bird", "birds", "鸟", "只", "1f426 1f424 1f425 1f426-200d-2b1b 1fabd 1f99c", 1),
    ("panda", "pandas", "熊猫", "只", "1f43c", 0), ("horse", "horses", "马", "匹", "1f40e 1f434 1f3a0", 1),
    ("elephant", "elephants", "大象", "头", "1f418", 0), ("turtle", "turtles", "乌龟", "只", "1f422", 0),
    ("butterfly", "butterflies", "蝴蝶", "只", "1f98b", 1), ("pig", "pigs", "猪", "只", "1f416 1f437", 0),
    ("lion", "lions", "狮子", "头", "1f981", 0), ("owl", "owls", "猫头鹰", "只", "1f989", 0),
    ("apple", "apples", "苹果", "个", "1f34e 1f34f", 1), ("banana", "bananas", "香蕉", "根", "1f34c", 0),
    ("pizza", "pizzas", "比萨", "个", "1f355", 0), ("cake", "cakes", "蛋糕", "个", "1f370 1f382 1f967 1f9c1", 0),
    ("pear", "pears", "梨", "个", "1f350", 0), ("strawberry", "strawberries", "草莓", "个", "1f353", 0),
    ("lemon", "lemons", "柠檬", "个", "1f34b 1f34b-200d-1f7e9", 0), ("carrot", "carrots", "胡萝卜", "根", "1f955", 0),
    ("hamburger", "hamburgers", "汉堡", "个", "1f354", 0), ("mushroom", "mushrooms", "蘑菇", "个", "1f344 1f344-200d-1f7eb", 1),
    ("car", "cars", "汽车", "辆", "1f697 1f698 1f699 1f3ce", 1), ("bus", "buses", "公交车", "辆", "1f68c 1f68d 1f68e 1f690", 1),
    ("bicycle", "bicycles", "自行车", "辆", "1f6b2", 0), ("boat", "boats", "小船", "条", "26f5 1f6a4 1f6f6 1f6e5 26f4 1f6a2", 0),
    ("rocket", "rockets", "火箭", "枚", "1f680", 0), ("house", "houses", "房子", "座", "1f3e0 1f3e1 1f3d8", 1),
    ("box", "boxes", "盒子", "个", "1f4e6 1f5f3 1f381", 1), ("chair", "chairs", "椅子", "把", "1fa91", 1),
    ("book", "books", "书", "本", "1f4d5 1f4d6 1f4d7 1f4d8 1f4d9 1f4da 1f4d4 1f4d3", 1), ("clock", "clocks", "钟", "个", "1f570 23f0 1f550 1f55b", 0),
    ("umbrella", "umbrellas", "雨伞", "把", "2602 2614 1f302 26f1", 1), ("balloon", "balloons", "气球", "个", "1f388", 1),
    ("ball", "balls", "球", "个", "26bd 1f3c0 1f3d0 26be 1f3be 1f3c8", 0), ("lamp", "lamps", "灯", "盏", "1f4a1 1fa94 1f3ee", 0),
    ("key", "keys", "钥匙", "把", "1f511 1f5dd", 0), ("guitar", "guitars", "吉他", "把", "1f3b8", 1),
    ("cup", "cups", "杯子", "个", "2615 1f375 1f964 1f943", 0), ("hat", "hats", "帽子", "顶", "1f3a9 1f452 1f9e2 26d1 1f393", 1),
    ("crown", "crowns", "皇冠", "顶", "1f451", 0), ("gift", "gifts", "礼物", "个", "1f381", 1),
    ("tree", "trees", "树", "棵", "1f333 1f332 1f334 1f384 1f38b", 0), ("rose", "roses", "玫瑰", "朵", "1f339", 0),
    ("sunflower", "sunflowers", "向日葵", "朵", "1f33b", 0), ("tulip", "tulips", "郁金香", "朵", "1f337", 0),
    ("cactus", "cacti", "仙人掌", "棵", "1f335", 0), ("star", "stars", "星星", "颗", "2b50 1f31f", 0),
    ("heart", "hearts", "爱心", "颗", "2764 1f9e1 1f49b 1f49a 1f499 1f49c 1f5a4 1fa77 1fa75", 1), ("robot", "robots", "机器人", "个", "1f916", 0),
    ("snowman", "snowmen", "雪人", "个", "26c4 2603", 0), ("ghost", "ghosts", "幽灵", "个", "1f47b", 0),
]
# English: Chinese, hues in degrees; pale red is pink
COLOURS = {"red": ("红色", (340, 14)), "orange": ("橙色", (14, 44)), "yellow": ("黄色", (44, 70)), "green": ("绿色", (70, 175)),
           "blue": ("蓝色", (175, 255)), "purple": ("紫色", (255, 300)), "pink": ("粉色", (300, 340))}
PALE = 0.45
RELATIONS = [("on", "on", "{b}上有{a}"), ("under", "under", "{b}下面有{a}"), ("left", "to the left of", "{b}左边有{a}"),
             ("right", "to the right of", "{b}右边有{a}"), ("beside", "next to", "{b}旁边有{a}"), ("behind", "behind", "{b}后面有{a}"),
             ("front", "in front of", "{b}前面有{a}")]
NUMBERS = [(2, "two", "两"), (3, "three", "三"), (4, "four", "四")]
GROUNDS = [("in the snow", "雪地里"), ("on the grass", "草地上"), ("at night", "夜晚"), ("by the sea", "海边"), ("in the desert", "沙漠里")]


def write(path):
    rng = random.Random(20261129)
    lines = ["一个蓝色的盒子上有一只橙色的猫\t32:blue,0:orange\ton 1 0", "an orange cat on a blue box\t0:orange,32:blue\ton 0 1"]
    an = lambda word: ("an " if word[0] in "aeiou" else "a ") + word

    def noun(i, zh, count=1, colour=None):
        en, many, name, measure = NOUNS[i][:4]
        if zh:
            number = next(n[2] for n in NUMBERS if n[0] == count) if count > 1 else "一"
            return f"{number}{measure}{COLOURS[colour][0] + '的' if colour else ''}{name}"
        number = next(n[1] for n in NUMBERS if n[0] == count) if count > 1 else None
        word = " ".join(([colour] if colour else []) + [many if number else en])
        return f"{number} {word}" if number else an(word)

    while len(lines) < 120:
        zh, kind = len(lines) % 2 == 1, len(lines) // 2 % 5
        picks = rng.sample(range(len(NOUNS)), 3)
        if len({c for i in picks for c in NOUNS[i][4].split()}) < sum(len(NOUNS[i][4].split()) for i in picks):
            continue
        name, words, zh_words = rng.choice(RELATIONS)
        two = rng.sample(sorted(COLOURS), 2)
        colour = [two[k] if NOUNS[i][5] and rng.random() < 0.75 else None for k, i in enumerate(picks[:2])] + [None]
        if kind in (1, 2) and not any(colour):
            continue
        if kind in (0, 1):  # one thing and another, a relation; with colours
            colour = colour if kind else [None] * 3
            a, b = (noun(picks[k], zh, 1, colour[k]) for k in (0, 1))
            text = zh_words.format(a=a, b=b) if zh else f"{a} {words} {b}"
            asked = [0, 1]
        elif kind == 2:  # two things with colours, a ground
            a, b = (noun(picks[k], zh, 1, colour[k]) for k in (0, 1))
            en, at = rng.choice(GROUNDS)
            text, name, asked = (f"{at}有{a}和{b}" if zh else f"{a} and {b} {en}"), None, [0, 1]
        elif kind == 3:  # a number of one, and another
            count = rng.choice(NUMBERS)[0] if len(lines) % 3 else 2
            a, b = noun(picks[0], zh, count), noun(picks[1], zh, 1, colour[1])
            text = zh_words.format(a=a, b=b) if zh else f"{a} {words} {b}"
            picks, colour, asked = [picks[0]] * count + [picks[1]], [None] * count + [colour[1]], None
            lines.append(line(text, picks, colour, name, [(k, count) for k in range(count)], zh, count))
            continue
        else:  # three things
            a, b, c = (noun(picks[k], zh, 1, colour[k]) for k in range(3))
            text = (zh_words.format(a=a, b=b) + f"，还有{c}") if zh else f"{a} {words} {b}, and {c}"
            asked = [0, 1]
        lines.append(line(text, picks[:2] if kind < 3 else picks, colour, name if asked else None, [(0, 1)], zh, 1))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def line(text, picks, colour, relation, pairs, zh, count):
    """In Chinese the place is named first."""
    order = list(range(len(picks)))
    if zh and relation:
        order = [count] + list(range(count)) + order[count + 1:]
    at = {old: new for new, old in enumerate(order)}
    things = ",".join(f"{picks[i]}" + (f":{colour[i]}" if colour[i] else "") for i in order)
    return f"{text}\t{things}\t" + ",".join(f"{relation} {at[a]} {at[b]}" for a, b in pairs if relation)


def read(path):
    out = []
    for row in open(path, encoding="utf-8"):
        text, things, relations = row.rstrip("\n").split("\t")
        things = [(int(t.split(":")[0]), t.partition(":")[2] or None) for t in things.split(",")]
        out.append((text, things, [(r.split()[0], int(r.split()[1]), int(r.split()[2])) for r in relations.split(",") if r]))
    return out


def holds(relation, a, b):
    """Boxes are (left, top, right, bottom, layer's number); y grows downwards."""
    middle = lambda box: ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    (ax, ay), (bx, by) = middle(a), middle(b)
    across = min(a[2], b[2]) - max(a[0], b[0])
    narrow = min(a[2] - a[0], b[2] - b[0])
    if relation == "on":
        return ay < by and across > 0.4 * narrow and abs(a[3] - b[1]) < 0.45 * (b[3] - b[1])
    if relation == "under":
        return ay > by and across > 0.4 * narrow
    if relation == "left":
        return ax < bx and across < 0.35 * narrow
    if relation == "right":
        return ax > bx and across < 0.35 * narrow
    if relation == "beside":
        return across < 0.35 * narrow and min(a[3], b[3]) - max(a[1], b[1]) > 0
    if relation == "behind":
        return a[4] < b[4] and a[3] <= b[3] and across > 0
    if relation == "front":
        return a[4] > b[4] and a[3] >= b[3] and across > 0
    raise SystemExit(f"no relation {relation}")


def coloured(np, layer, colour):
    """The part of a layer's visible pixels within the colour's hues."""
    pic = layer[1]
    pixels = pic[pic[..., 3] > 0.6][:, :3]
    most, least = pixels.max(1), pixels.min(1)
    span = np.maximum(most - least, 1e-6)
    r, g, b = pixels.T
    hue = np.where(most == r, (g - b) / span % 6, np.where(most == g, (b - r) / span + 2, (r - g) / span + 4)) * 60
    low, high = COLOURS[colour][1]
    inside = (hue >= low) & (hue <= high) if low < high else (hue >= low) | (hue <= high)
    if colour in ("red", "pink"):
        pale = ((hue >= 340) | (hue <= 14)) & (least > PALE)
        inside = inside & ~pale if colour == "red" else inside | pale
    seen = (most - least > 0.15) & (most > 0.2)
    return (inside & seen).sum() / max(1, len(pixels))


def as_one(np, Image, crisp):
    """A function from a picture's path to its colours [512, 512, 3] after it was 64 px wide."""
    import sys
    import torch
    from safetensors.torch import load_file
    sys.path.append(os.path.join(crisp, "train"))
    from crisp import Crisp
    net = Crisp()
    net.load_state_dict({k: v.float() for k, v in load_file(os.path.join(crisp, "weights.safetensors")).items()})

    def enlarged(path):
        small = Image.open(path).convert("RGBA").convert("RGBa").resize((64, 64), Image.LANCZOS)
        x = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).reshape(1, 64, 64, 4).permute(0, 3, 1, 2).float() / 255
        with torch.no_grad():
            y = net(x)[0].clamp(0, 1).permute(1, 2, 0).numpy()
        return (y[..., :3] / np.maximum(y[..., 3:], 1e-3)).clip(0, 1)
    return enlarged


def visible(np, Image, folder, colours=None):
    """[(label, RGBA of what is to be seen, box)] of the things, from the lowest layer up. colours: of the whole picture, to be
    seen in the place of the layers' own."""
    layers = []
    for path in sorted(glob.glob(os.path.join(folder, "*.png"))):
        name = os.path.basename(path)[3:-4]
        if name not in ("background", "背景"):
            layers.append((name, np.asarray(Image.open(path).convert("RGBA")).astype(np.float32) / 255))
    out = []
    for k, (name, pic) in enumerate(layers):
        alpha = pic[..., 3].copy()
        ys, xs = np.nonzero(alpha > 0.5)
        if not len(ys):
            continue
        box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1, k)
        for _, above in layers[k + 1:]:
            alpha *= 1 - above[..., 3]
        out.append((name, np.dstack([pic[..., :3] if colours is None else colours, alpha]), box))
    return out


def cut(np, Image, pic, box):
    """What is in the box as the classifier knows pictures: premultiplied, 32 x 32, the thing over nearly the whole side."""
    left, top, right, bottom = box[:4]
    side = int(max(right - left, bottom - top) * 1.06)
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    out = np.zeros((side, side, 4), np.float32)
    h, w = pic.shape[:2]
    x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + side), min(h, y + side)
    out[y0 - y:y1 - y, x0 - x:x1 - x] = pic[y0:y1, x0:x1]
    out[..., :3] *= out[..., 3:]
    return np.asarray(Image.fromarray((out * 255).astype(np.uint8), "RGBa").resize((32, 32), Image.BOX))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--write")
    ap.add_argument("--data")
    ap.add_argument("--program")
    ap.add_argument("--scenes", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenes.txt"))
    ap.add_argument("--to")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--top", type=int, default=5)
    ap.add_argument("--as-one", metavar="CRISP", help="folder of the enlarging network")
    o = ap.parse_args()
    if o.write:
        return write(o.write)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import numpy as np
    from PIL import Image
    from evaluate import second, to32
    meta = json.load(open(os.path.join(o.data, "meta.json"), encoding="utf-8"))
    thing = np.array([p["thing"] for p in meta["pictures"]])
    held = np.array([p["held"] for p in meta["pictures"]])
    real = np.load(os.path.join(o.data, "x32.npy"))[~held]
    real, thing = np.concatenate([real, real[:, :, ::-1]]), np.tile(thing[~held], 2)
    judge = second(np, to32(np, real), thing, len(meta["things"]), hues=2)
    plain = lambda code: "-".join(c for c in code.lower().split("-") if c != "fe0f")
    number = {plain(t["hex"]): i for i, t in enumerate(meta["things"])}
    accepted = [{number[c] for c in n[4].split() if c in number} for n in NOUNS]
    empty = [NOUNS[i][0] for i, a in enumerate(accepted) if not a]
    if empty:
        raise SystemExit(f"no thing shows {empty}")
    os.makedirs(o.to, exist_ok=True)
    shrunk = as_one(np, Image, o.as_one) if o.as_one else lambda path: None
    env = dict(os.environ, AIGC_STUDIO_HOME=tempfile.mkdtemp())
    table, sums = open(os.path.join(o.to, "as-one.tsv" if o.as_one else "scenes.tsv"), "w", encoding="utf-8"), collections.Counter()
    scenes = read(o.scenes)
    for k, (text, things, relations) in enumerate(scenes):
        folder = os.path.join(o.to, f"{k:03d}")
        if not os.path.exists(folder + ".png"):
            subprocess.run([o.program, "image", text, "--seed", str(o.seed), "--out", folder + ".png", "--layers", folder], env=env, check=False,
                           stdout=subprocess.DEVNULL)
        layers = visible(np, Image, folder, shrunk(folder + ".png")) if os.path.isdir(folder) else []
        x = np.stack([cut(np, Image, pic, box) for _, pic, box in layers]) if layers else np.zeros((0, 32, 32, 4))
        order = np.argsort(-judge.scores(to32(np, x)), 1) if layers else []
        seen = [set(row[:o.top].tolist()) for row in order]
        # Each thing that was asked for takes the layer that shows it best; the order of the prompt breaks ties
        taken, missed = {}, []
        for i, (what, colour) in enumerate(things):
            free = [l for l in range(len(layers)) if l not in taken.values() and seen[l] & accepted[what]]
            hue = lambda l: coloured(np, layers[l], colour) if colour else 0
            if free:
                taken[i] = max(free, key=hue)
            else:
                missed.append(NOUNS[what][0])
        there = not missed and len(layers) == len(things)
        parts = lambda i: {c: coloured(np, layers[taken[i]], c) for c in COLOURS}
        is_right = lambda c, of: of[c] >= 0.25 and of[c] == max(of.values())
        wrong = [f"{c} {NOUNS[w][0]}" for i, (w, c) in enumerate(things) if c and i in taken and not is_right(c, parts(i))]

        def whole(i):
            """The box around all things of the same noun: "three keys under a dog" are one group."""
            boxes = [layers[taken[j]][2] for j, t in enumerate(things) if t == things[i] and j in taken]
            sides = list(zip(*boxes))
            return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]), max(sides[4])
        apart = [f"{r} {a} {b}" for r, a, b in relations if not (a in taken and b in taken and holds(r, whole(a), whole(b)))]
        sums["things asked"] += len(things)
        sums["things there"] += len(taken)
        asked = [i for i, (_, c) in enumerate(things) if c]
        sums["colours asked"] += len(asked)
        sums["colours right"] += sum(i in taken for i in asked) - len(wrong)
        sums["relations asked"] += len(relations)
        sums["relations right"] += len(relations) - len(apart)
        good = there and not wrong and not apart
        sums["scenes right"] += good
        print(k, "right" if good else "no", text, "missed: " + ", ".join(missed), "colours: " + ", ".join(wrong), "places: " + ", ".join(apart),
              "drawn: " + ", ".join(name for name, _, _ in layers), sep="\t", file=table, flush=True)
    sums["scenes"] = len(scenes)
    print(json.dumps(sums, indent=1))


if __name__ == "__main__":
    main()
