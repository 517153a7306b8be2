//! The words of the Illiac Suite.

use super::super::{Try, Words};

pub const ABOUT: Words = (
    "The Illiac Suite (1957) by Lejaren Hiller and Leonard Isaacson is a string quartet that the computer ILLIAC helped to write, \
     one of the first pieces made by a program. Nothing is trained. The machine draws random notes and tests each by rules; what \
     breaks a rule is thrown away, and it tries again. When it is stuck, the whole piece is erased.\n\
     Experiment one writes a given melody (cantus firmus) and a second voice against it, note against note, as pupils of strict \
     counterpoint do. Experiment two writes four voices. Experiment three leaves the white keys: in a twelve-tone row no note \
     comes again before all twelve were there. Experiment four draws intervals by weights, so that consonant or near ones come \
     more often: a Markov chain, where the next choice depends only on the present.\n\
     Each rule here is a switch. The rules, the synthesiser and going back one note are ours; the idea, trying again and \
     starting over after fifty failures are theirs. A language model also draws by chance, but learned its weights.",
    "《伊利亚克组曲》（1957 年）是希勒和艾萨克森用计算机 ILLIAC 写出的弦乐四重奏，是最早由程序创作的乐曲之一。\
     这里没有训练：机器随机取音，再用规则逐个检查，违反规则的就丢掉，重新再试。实在走不下去，就把整首抹掉重来。\n\
     实验一写一条给定的旋律（定旋律）和与它音对音的第二声部，就像学严格对位的学生那样。实验二写四个声部。\
     实验三不再只用白键：在十二音音列里，十二个音都出现之前，任何一个都不重复。实验四按权重抽取音程，\
     让协和的或相近的音程出现得更多：这就是马尔可夫链，下一步只取决于现在。\n\
     这里每条规则都是一个开关。规则的写法、合成器和“退回一个音”是我们自己的；整个想法、不断重试以及失败五十次就重新开始，\
     是他们的。语言模型也是按概率抽取，只是它的权重是学来的。",
);

pub const FAILS: Words = (
    "Rules say what is wrong, not what is beautiful: a piece that breaks none can still be dull. The machine does not plan; it \
     looks only at notes already written, so that an early note can make the end impossible. More rules and more bars make \
     starting over hopeless. A Markov chain forgets: it has no theme, no form and no end.",
    "规则只说什么是错的，不说什么是美的：一条都不违反的乐曲仍可能平淡无味。机器不会计划，只看已经写下的音，\
     所以前面的一个音可能让结尾无法完成。规则越多、小节越长，“重新开始”就越没有希望。马尔可夫链没有记忆：没有主题，\
     没有曲式，也没有结尾。",
);

pub const QUESTIONS: [Words; 5] = [
    ("How does the program choose a note?", "程序怎样选出一个音？"),
    ("What did ILLIAC do when it was stuck?", "ILLIAC 走不下去时怎么办？"),
    ("What is a cantus firmus?", "什么是定旋律？"),
    ("What must hold in a twelve-tone row?", "十二音音列必须满足什么？"),
    ("What does the next choice of a Markov chain depend on?", "马尔可夫链的下一步取决于什么？"),
];

pub const TRIES: [Try; 3] = [
    Try {
        name: ("No rules at all", "没有规则"),
        about: (
            "Two voices of random white notes: nothing is rejected, and it sounds like it. Switch on one rule after another.",
            "两个声部随机弹白键：什么都不拒绝，听起来也确实如此。再一条一条打开规则。",
        ),
        set: &[
            ("opening", 0.0),
            ("cadence", 0.0),
            ("range", 0.0),
            ("leaps", 0.0),
            ("tritone", 0.0),
            ("resolve", 0.0),
            ("repeats", 0.0),
            ("crossing", 0.0),
            ("consonance", 0.0),
            ("parallels", 0.0),
            ("hidden", 0.0),
            ("independence", 0.0),
        ],
    },
    Try {
        name: ("Four voices, as on ILLIAC", "四声部，像 ILLIAC 那样"),
        about: (
            "Only four bars, with every rule. After fifty failures all is erased: see how often the curve falls to zero.",
            "只有四小节，所有规则都打开。失败五十次就全部抹掉：看曲线多少次落回零。",
        ),
        set: &[("experiment", 1.0), ("stuck", 0.0), ("bars", 4.0), ("pace", 100.0)],
    },
    Try {
        name: ("A chain that loves consonance", "偏爱协和的链"),
        about: (
            "Intervals drawn by consonance alone leap about. Move the weight to near ones: the melody becomes smooth.",
            "只按协和程度抽音程，旋律跳来跳去。把权重移向相近的音程，旋律就平顺了。",
        ),
        set: &[("experiment", 3.0), ("lean", 1.0)],
    },
];
