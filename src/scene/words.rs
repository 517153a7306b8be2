//! The word tables of the grammar, in both languages: colours, sizes, numbers, relations, backgrounds, and what the
//! model cannot draw.

mod grounds;

pub use grounds::GROUNDS;

use super::{Cannot, Relation, Size};

/// (English, Chinese, the model's colour word).
pub const COLOURS: &[(&[&str], &[&str], &str)] = &[
    (
        &["red", "crimson", "scarlet", "blood red", "cherry red", "ruby red"],
        &["红色", "红", "大红色", "枣红色", "酒红色", "玫红色", "玫瑰红"],
        "red",
    ),
    (&["orange"], &["橙色", "橘色", "橙", "橘黄色", "橙黄色", "橙红色"], "orange"),
    (
        &["yellow", "golden", "gold", "lemon yellow", "golden yellow"],
        &["黄色", "黄", "金色", "金黄色", "金黄", "柠檬黄"],
        "yellow",
    ),
    (
        &["green", "lime green", "forest green", "olive green", "mint green", "grass green"],
        &["绿色", "绿", "翠绿色", "翠绿", "草绿色", "墨绿色", "军绿色", "薄荷绿"],
        "green",
    ),
    (&["cyan", "turquoise", "teal"], &["青色", "青"], "cyan"),
    (
        &["blue", "navy", "navy blue", "sky blue", "baby blue", "royal blue", "ocean blue"],
        &["蓝色", "蓝", "天蓝色", "天蓝", "海蓝色", "湖蓝色", "宝蓝色"],
        "blue",
    ),
    (&["purple", "violet"], &["紫色", "紫"], "purple"),
    (&["pink", "rosy", "hot pink"], &["粉色", "粉红色", "粉红", "粉", "桃红色"], "pink"),
    (&["brown", "chocolate brown"], &["棕色", "褐色", "棕", "咖啡色"], "brown"),
    (&["black", "jet black", "pitch black"], &["黑色", "黑", "乌黑", "漆黑"], "black"),
    (&["white", "snow white"], &["白色", "白", "雪白", "雪白色", "乳白色", "米白色"], "white"),
    (&["gray", "grey", "silver"], &["灰色", "灰", "银色", "银灰色"], "gray"),
];

/// Words before a colour that are part of it: "light green".
pub const SHADES: (&[&str], &[&str]) = (
    &["light", "dark", "pale", "bright", "deep", "soft", "vivid", "rich", "pastel", "neon", "medium", "dull"],
    &["浅", "深", "淡", "暗", "亮", "鲜", "嫩", "艳", "纯", "淡淡的", "浅浅的", "深深的"],
);

/// Stands for every number above the maximum of 12 copies.
pub const MANY: u8 = 13;

/// (English, Chinese, number).
pub const NUMBERS: &[(&[&str], &[&str], u8)] = &[
    (&["a", "an", "one", "single", "1"], &["一", "1", "一口", "一面"], 1),
    (
        &["two", "pair", "pair of", "couple", "couple of", "both", "2"],
        &["两", "二", "俩", "2", "一对", "一双", "一副"],
        2,
    ),
    (&["three", "3"], &["三", "仨", "3"], 3),
    (&["four", "4"], &["四", "4"], 4),
    (&["five", "5"], &["五", "5"], 5),
    (&["six", "6"], &["六", "6"], 6),
    (&["seven", "7"], &["七", "7"], 7),
    (&["eight", "8"], &["八", "8"], 8),
    (&["nine", "9"], &["九", "9"], 9),
    (&["ten", "10"], &["十", "10"], 10),
    (&["eleven", "11"], &["十一", "11"], 11),
    (&["twelve", "dozen", "a dozen", "12"], &["十二", "一打", "12"], 12),
    (
        &[
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
            "thirty",
            "forty",
            "fifty",
            "sixty",
            "seventy",
            "eighty",
            "ninety",
            "hundred",
            "a hundred",
            "one hundred",
            "thousand",
            "a thousand",
            "million",
            "a million",
            "dozens",
            "hundreds",
            "thousands",
            "millions",
        ],
        &["百", "千", "万", "几十", "上百", "成千上万", "无数"],
        MANY,
    ),
    (&["several", "some", "few"], &["几", "一些", "好几"], 3),
    (
        &[
            "many",
            "lots",
            "lots of",
            "a lot of",
            "group of",
            "flock of",
            "herd of",
            "swarm of",
            "school of",
            "crowd of",
        ],
        &["很多", "许多", "一群", "一堆", "好多", "一大群"],
        5,
    ),
];

/// Chinese measure words. They stand between a number and its noun and have no meaning here.
pub const MEASURES: &[&str] = &[
    "只", "个", "条", "头", "匹", "辆", "朵", "棵", "颗", "座", "把", "幅", "杯", "块", "片", "位", "张", "本", "艘",
    "架", "顶", "件", "双", "对", "瓶", "碗", "盘", "束", "栋", "间", "台", "支", "串", "枚", "盏", "根", "群", "名",
    "滴", "株", "盆", "副", "枝", "筐", "篮",
];

pub const SIZES: &[(&[&str], &[&str], Size)] = &[
    (
        &["big", "large", "huge", "giant", "enormous", "tall"],
        &["大", "大大", "巨大", "很大", "巨型", "高大"],
        Size::Big,
    ),
    (&["small", "little", "tiny", "mini", "baby"], &["小", "小小", "很小", "迷你"], Size::Small),
];

/// Words for relations between two things. In Chinese they follow the place ("盒子上") or stand between the two.
pub const RELATIONS: &[(&[&str], &[&str], Relation)] = &[
    (
        &["in front of", "in front"],
        &["前面", "前方", "前", "前边", "门口", "门前", "面前", "身前"],
        Relation::InFrontOf,
    ),
    (
        &[
            "on top of",
            "on the top of",
            "on the back of",
            "on the head of",
            "on top",
            "atop",
            "on",
            "upon",
            "onto",
            "riding",
            "riding on",
            "rides",
            "rides on",
            "sitting on",
            "sits on",
            "standing on",
            "stands on",
            "lying on",
            "lies on",
            "sleeping on",
            "sleeps on",
        ],
        &[
            "上面", "上", "上边", "上方", "顶上", "骑着", "骑", "坐在", "站在", "趴在", "躺在", "坐着", "站着", "躺着",
            "趴着",
        ],
        Relation::On,
    ),
    (&["above", "over", "flying over", "overhead"], &["上空", "飞过"], Relation::Above),
    (&["under", "below", "beneath", "underneath"], &["下面", "下", "下边", "下方", "底下"], Relation::Under),
    (
        &["to the left of", "on the left of", "left of", "on the left", "to the left"],
        &["左边", "左侧", "左面", "左"],
        Relation::LeftOf,
    ),
    (
        &["to the right of", "on the right of", "right of", "on the right", "to the right"],
        &["右边", "右侧", "右面", "右"],
        Relation::RightOf,
    ),
    (&["behind", "in back of"], &["后面", "后方", "背后", "后", "后边", "身后"], Relation::Behind),
    (&["between", "in between", "in the middle of"], &["中间", "之间"], Relation::Between),
    (
        &["inside", "inside of", "in", "into", "within", "through"],
        &["里面", "里", "里边", "开着", "驾驶着", "乘着", "乘坐", "内", "中"],
        Relation::In,
    ),
    (
        &[
            "beside",
            "next to",
            "near",
            "by",
            "with",
            "and",
            "alongside",
            "at",
            "plus",
            "holding",
            "holds",
            "reading",
            "eating",
            "eats",
            "nearby",
            "carrying",
            "carries",
            "hugging",
            "hugs",
            "drinking",
            "drinks",
            "feeding",
            "chasing",
            "chases",
            "looking at",
            "looks at",
            "playing",
            "plays",
        ],
        &[
            "旁边",
            "旁",
            "边上",
            "身边",
            "身旁",
            "和",
            "与",
            "跟",
            "还有",
            "以及",
            "加",
            "拿着",
            "吃",
            "在吃",
            "吃着",
            "看",
            "看着",
            "读",
            "抱着",
            "带着",
            "牵着",
            "牵",
            "举着",
            "推着",
            "喂",
            "喝",
            "喝着",
            "追",
            "追着",
            "提着",
            "打着",
            "撑着",
            "玩",
            "在玩",
            "玩着",
            "手里拿着",
            "手里拿",
            "手中拿着",
            "手上拿着",
            "手拿着",
            "手拿",
            "手持",
            "手捧",
            "手里捧着",
            "手里抱着",
            "捧着",
            "拎着",
            "扛着",
            "抓着",
            "端着",
            "握着",
            "拿",
            "举",
            "抱",
        ],
        Relation::Beside,
    ),
];

/// Verbs between a wearer and what is worn.
pub const WEARING: (&[&str], &[&str]) = (
    &["wearing", "wears", "wear", "dressed in"],
    &["戴", "戴着", "戴了", "戴上", "穿", "穿着", "穿了", "穿上", "系着", "围着", "披着"],
);

/// What the model cannot draw, with the words that ask for it.
pub const CANNOT: &[(&[&str], &[&str], Cannot)] = &[
    (
        &["photo", "photograph", "photorealistic", "photography", "realistic", "portrait", "selfie of"],
        &["照片", "写真", "真实", "肖像", "人像", "摄影"],
        Cannot::Photo,
    ),
    (&["logo", "logotype", "icon for", "brand"], &["标志", "商标", "徽标"], Cannot::Logo),
    (
        &["text", "lettering", "letters", "font", "caption", "slogan", "motto"],
        &["文字", "字样", "字体", "字", "几个字", "大字", "标语", "字幕", "台词"],
        Cannot::Writing,
    ),
    (
        &[
            "oil painting",
            "portrait painting",
            "painted portrait",
            "watercolor",
            "watercolour",
            "watercolor painting",
            "watercolour painting",
            "ink painting",
            "digital painting",
            "painting of",
            "acrylic painting",
            "landscape",
            "cyberpunk",
            "anime",
            "art",
            "digital art",
            "concept art",
            "line art",
            "pixel art",
            "fan art",
            "vector art",
            "artwork",
            "sketch of",
            "pencil sketch",
            "pencil drawing",
            "charcoal drawing",
            "ink drawing",
            "sketch",
            "line drawing",
            "lineart",
        ],
        &[
            "水墨",
            "肖像画",
            "人物画",
            "山水",
            "油画",
            "水彩",
            "水彩画",
            "国画",
            "风景",
            "赛博朋克",
            "动漫",
            "素描",
            "像素画",
            "水墨画",
            "铅笔画",
            "线稿",
            "速写",
            "版画",
            "像素风",
            "概念图",
            "简笔画",
            "数字绘画",
            "数字艺术",
        ],
        Cannot::Painting,
    ),
];

/// Words before a text that is to be written in the picture.
pub const SAYING: (&[&str], &[&str]) = (
    &[
        "says",
        "saying",
        "say",
        "that says",
        "that say",
        "that reads",
        "which says",
        "which reads",
        "the word",
        "the words",
        "with the word",
        "with the words",
        "with words",
        "the text",
        "with text",
        "with the text",
        "written",
        "spelling",
        "spells",
        "labeled",
        "labelled",
        "captioned",
    ],
    &["写着", "写有", "写上", "写了", "写的是", "印着", "印有", "刻着", "刻有", "标着", "说"],
);

/// Moods, which choose among senses ("crying cat"): (English, Chinese, the words that labels and tags use).
pub const MOODS: &[(&[&str], &[&str], &[&str])] = &[
    (
        &["smiling", "smile", "happy", "laughing", "cheerful", "grinning"],
        &["微笑", "笑", "开心", "快乐", "高兴", "大笑"],
        &["smile", "smiling", "grinning"],
    ),
    (&["sad", "crying", "unhappy"], &["难过", "哭", "伤心", "悲伤", "哭泣"], &["crying", "cry", "sad"]),
    (&["angry", "mad", "grumpy"], &["生气", "愤怒"], &["angry", "pouting"]),
    (&["sleeping", "asleep", "sleepy", "tired"], &["睡觉", "睡着", "困"], &["sleep", "sleeping", "weary"]),
];

/// Words that exclude the thing after them.
pub const DENIALS: (&[&str], &[&str]) = (
    &["no", "not", "without", "except", "minus", "do not draw", "dont draw", "dont", "never"],
    &["没有", "没", "无", "不要", "别画", "不画", "不", "除了", "去掉", "不带"],
);

/// Pronouns for a thing named before.
pub const PRONOUNS: (&[&str], &[&str]) =
    (&["it", "them", "him", "he", "she", "they"], &["它", "它们", "他", "她", "他们", "她们"]);

/// Reflexive pronouns.
pub const REFLEXIVES: (&[&str], &[&str]) =
    (&["itself", "himself", "herself", "themselves"], &["自己", "它自己", "他自己", "她自己"]);

/// Words before a thing that may have been named before.
pub const DEFINITES: (&[&str], &[&str]) = (&["the", "same"], &["这", "那", "该"]);

/// Words before a thing that has not been named before.
pub const OTHERS: (&[&str], &[&str]) = (&["other", "another"], &["另", "另外", "其他", "别的"]);

/// Words that apply a clause to each member of a group.
pub const EACH: (&[&str], &[&str]) = (
    &["each", "all", "each of them", "both of them"],
    &["都", "各", "各自", "每个人", "每人", "每只", "分别", "全都", "一人", "每个"],
);

/// Words between a thing and its attributes.
pub const COPULAS: (&[&str], &[&str]) = (&["is", "are"], &["是", "都是"]);

pub const BACKGROUNDS: (&[&str], &[&str]) = (&["background", "backdrop"], &["背景"]);

/// Style words of the model, in both languages.
pub const STYLES: &[(&str, &str)] =
    &[("flat", "扁平"), ("fluent", "流畅"), ("3d", "立体"), ("noto", "诺托"), ("twemoji", "推特")];

/// The English style word for a word in either language; `None` if it is no style.
pub fn style_of(word: &str) -> Option<&'static str> {
    STYLES.iter().find(|(en, zh)| *en == word || *zh == word).map(|(en, _)| *en)
}
