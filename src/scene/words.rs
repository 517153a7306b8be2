//! The words of the grammar, in both languages: colours, sizes, numbers, relations, grounds and what no sticker can be.

use super::{Cannot, Ground, Relation, Size};

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

/// Words before a colour that are part of it.
pub const SHADES: (&[&str], &[&str]) = (
    &["light", "dark", "pale", "bright", "deep", "soft", "vivid", "rich", "pastel", "neon", "medium", "dull"],
    &["浅", "深", "淡", "暗", "亮", "鲜", "嫩", "艳", "纯", "淡淡的", "浅浅的", "深深的"],
);

/// More of a thing than a scene has.
pub const MANY: u8 = 13;

/// (English, Chinese, how many).
pub const NUMBERS: &[(&[&str], &[&str], u8)] = &[
    (&["a", "an", "one", "single", "1"], &["一", "1"], 1),
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

/// Chinese measure words: they are between a number and its thing and mean nothing here.
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

/// Words between two things. In Chinese they follow the place ("盒子上") or are between.
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
            "旁边", "旁", "边上", "身边", "身旁", "和", "与", "跟", "还有", "以及", "加", "拿着", "吃", "在吃", "吃着",
            "看", "看着", "读", "抱着", "带着", "牵着", "牵", "举着", "推着", "喂", "喝", "喝着", "追", "追着", "提着",
            "打着", "撑着", "玩", "在玩", "玩着",
        ],
        Relation::Beside,
    ),
];

/// Verbs between one who wears something and what is worn.
pub const WEARING: (&[&str], &[&str]) = (
    &["wearing", "wears", "wear", "dressed in"],
    &["戴", "戴着", "戴了", "戴上", "穿", "穿着", "穿了", "穿上", "系着", "围着", "披着"],
);

/// Grounds that are drawn behind everything, by the words that name them as places.
pub const GROUNDS: &[(&[&str], &[&str], Ground)] = &[
    (
        &[
            "at night",
            "in the night",
            "night sky",
            "in the night sky",
            "under the stars",
            "starry sky",
            "under the starry sky",
            "under a starry sky",
            "starry night",
            "in the dark",
            "in space",
            "in outer space",
            "outer space",
            "through space",
            "through outer space",
            "at midnight",
            "late at night",
            "night time",
            "nighttime",
            "tonight",
            "in the moonlight",
        ],
        &[
            "夜晚",
            "夜里",
            "夜空",
            "晚上",
            "夜色",
            "星空",
            "星空下",
            "夜空下",
            "黑暗中",
            "太空中",
            "太空里",
            "太空",
            "宇宙",
            "宇宙中",
            "深夜",
            "午夜",
            "半夜",
            "夜里",
        ],
        Ground::Night,
    ),
    (
        &[
            "at sunset",
            "at dusk",
            "at dawn",
            "in the sunset",
            "sunset over",
            "sunset",
            "sunrise",
            "at sunrise",
            "dusk",
            "twilight",
            "dawn",
            "in the evening",
            "at daybreak",
            "daybreak",
        ],
        &[
            "夕阳下",
            "黄昏",
            "傍晚",
            "日落时",
            "日落",
            "日出",
            "夕阳",
            "落日",
            "晚霞",
            "朝霞",
            "黎明",
            "清晨",
            "日落下",
            "日出时",
            "黄昏时",
            "余晖",
        ],
        Ground::Sunset,
    ),
    (
        &[
            "in the sky",
            "blue sky",
            "sky",
            "in the morning",
            "at noon",
            "in the daytime",
            "in the afternoon",
            "cloudy",
            "overcast",
            "cloudy day",
            "cloudy sky",
        ],
        &["天空", "天上", "蓝天", "早上", "中午", "白天", "下午", "上午", "雨后", "多云", "阴天"],
        Ground::Sky,
    ),
    (
        &["on the grass", "in the grass", "on grass", "meadow", "lawn", "field", "park", "garden"],
        &["草地", "草坪", "草原", "田野", "公园", "公园里", "花园", "花园里"],
        Ground::Grass,
    ),
    (
        &[
            "in the snow",
            "on the snow",
            "on snow",
            "snowy",
            "in winter",
            "in the winter",
            "winter day",
            "winter scene",
            "snow",
            "snowing",
            "snowfall",
            "snowstorm",
            "blizzard",
            "heavy snow",
            "falling snow",
            "in a snowstorm",
            "in a blizzard",
            "snowy day",
            "in the falling snow",
        ],
        &[
            "雪地",
            "雪中",
            "雪里",
            "冬天",
            "冬季",
            "冬日",
            "冬天里",
            "雪",
            "下雪",
            "下雪天",
            "大雪",
            "飘雪",
            "雪天",
            "风雪",
            "下着雪",
            "下着大雪",
            "大雪中",
            "雪花飘落",
            "暴风雪",
        ],
        Ground::Snow,
    ),
    (
        &[
            "rain",
            "raining",
            "rainy",
            "in the rain",
            "in rain",
            "under the rain",
            "in the pouring rain",
            "pouring rain",
            "heavy rain",
            "rainy day",
            "on a rainy day",
            "rainy night",
            "in a rainstorm",
            "rainstorm",
            "storm",
            "in the storm",
            "in a storm",
            "thunderstorm",
            "in a thunderstorm",
            "drizzle",
            "downpour",
        ],
        &[
            "雨",
            "下雨",
            "雨中",
            "雨里",
            "雨天",
            "下雨天",
            "大雨",
            "暴雨",
            "小雨",
            "下着雨",
            "下大雨",
            "下着大雨",
            "大雨中",
            "雨夜",
            "雨下",
            "暴风雨",
            "雷雨",
            "暴风雨中",
            "风雨中",
            "毛毛雨",
            "细雨",
            "春雨",
        ],
        Ground::Rain,
    ),
    (
        &["fog", "foggy", "in the fog", "in fog", "mist", "misty", "in the mist", "foggy day", "haze", "hazy", "smog"],
        &["雾", "大雾", "雾中", "雾里", "有雾", "起雾", "雾气", "薄雾", "迷雾", "雾霾", "浓雾"],
        Ground::Fog,
    ),
    (
        &[
            "in the sea",
            "on the sea",
            "over the sea",
            "under the sea",
            "under water",
            "underwater",
            "in the water",
            "in the ocean",
            "river",
            "lake",
            "pond",
            "out of the water",
            "in water",
        ],
        &[
            "海里",
            "海底",
            "海上",
            "水里",
            "水中",
            "水下",
            "河边",
            "湖边",
            "河里",
            "湖里",
            "湖中",
            "湖上",
            "湖面",
            "池塘",
            "河",
            "湖",
            "小河",
            "大河",
            "湖泊",
            "江",
            "池塘里",
            "小河里",
            "大海里",
            "大海上",
        ],
        Ground::Sea,
    ),
    (
        &[
            "by the sea",
            "at the sea",
            "by the ocean",
            "by the seaside",
            "at the seaside",
            "by the shore",
            "on the shore",
            "on the beach",
            "on a beach",
            "at the beach",
            "by the beach",
            "at a beach",
        ],
        &["海边", "海滩上", "沙滩上", "海岸边", "海岸上"],
        Ground::Beach,
    ),
    (&["in the desert", "desert"], &["沙漠", "沙漠里"], Ground::Desert),
    (&["in the room", "in a room", "room", "indoors"], &["房间", "屋里", "室内", "房间里"], Ground::Room),
    (&["on the table", "on a table", "on the desk"], &["桌子上", "桌上", "桌面"], Ground::Table),
    (
        &["plain background", "simple background", "solid background", "solid color background", "blank background"],
        &["纯色背景", "空白背景", "简单背景", "白底", "干净的背景"],
        Ground::Plain("white"),
    ),
    (&["dark background"], &["深色背景", "暗色背景", "黑底"], Ground::Plain("black")),
];

/// What no sticker can be, by the words that ask for it.
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

/// Words before what is to be written in the picture.
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

/// Moods that choose among senses ("crying cat"), and the words that labels and tags have for them.
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

/// Words before a thing that is not to be there.
pub const DENIALS: (&[&str], &[&str]) = (
    &["no", "not", "without", "except", "minus", "do not draw", "dont draw", "dont", "never"],
    &["没有", "没", "无", "不要", "别画", "不画", "不", "除了", "去掉", "不带"],
);

/// Pronouns for a thing that was named.
pub const PRONOUNS: (&[&str], &[&str]) =
    (&["it", "them", "him", "he", "she", "they"], &["它", "它们", "他", "她", "他们", "她们"]);

/// Reflexive pronouns.
pub const REFLEXIVES: (&[&str], &[&str]) =
    (&["itself", "himself", "herself", "themselves"], &["自己", "它自己", "他自己", "她自己"]);

/// Words before a thing that may have been named.
pub const DEFINITES: (&[&str], &[&str]) = (&["the", "same"], &["这", "那", "该"]);

/// Words before a thing that was not named yet.
pub const OTHERS: (&[&str], &[&str]) = (&["other", "another"], &["另", "另外", "其他", "别的"]);

/// Words that say it of every one.
pub const EACH: (&[&str], &[&str]) = (
    &["each", "all", "each of them", "both of them"],
    &["都", "各", "各自", "每个人", "每人", "每只", "分别", "全都", "一人", "每个"],
);

/// Words between what was named and what is said of it.
pub const COPULAS: (&[&str], &[&str]) = (&["is", "are"], &["是", "都是"]);

pub const BACKGROUNDS: (&[&str], &[&str]) = (&["background", "backdrop"], &["背景"]);

/// Style words of the model, in both languages.
pub const STYLES: &[(&str, &str)] =
    &[("flat", "扁平"), ("fluent", "流畅"), ("3d", "立体"), ("noto", "诺托"), ("twemoji", "推特")];

/// The English word of a style, by its word in either language.
pub fn style_of(word: &str) -> Option<&'static str> {
    STYLES.iter().find(|(en, zh)| *en == word || *zh == word).map(|(en, _)| *en)
}
