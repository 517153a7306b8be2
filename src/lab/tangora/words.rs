//! The words of Tangora.

use super::super::{Try, Words};

pub const ABOUT: Words = (
    "In the 1980s IBM built Tangora, a typewriter that one could talk to. It knew up to 20,000 words and heard them one by one, \
     with short pauses. Its method ruled speech recognition for thirty years. This toy has about a hundred words and no pauses.\n\
     A word is a chain of phones, its smallest sounds. Noise garbles them: a phone is heard as a similar one, is lost, or \
     sounds twice. A hidden Markov model gives the probability that some words sound like what was heard. Many sentences fit, and \
     some words sound exactly alike.\n\
     So a second model helps. It has counted a small text: how often does a word follow the two before it? That is a trigram \
     language model. Where it never saw the two, it relies on one word, or none.\n\
     After each phone the decoder extends all hypotheses and keeps the most probable ones: this is the beam. The word error \
     rate counts words that are wrong, missing or too many. Large language models still predict the next word.",
    "20 世纪 80 年代，IBM 造出了 Tangora，一台能听人口述的打字机。它最多认识两万个词，说话人要一个词一个词地说，中间稍作停顿。\
     它的方法主导了语音识别三十年。这里的玩具只有一百来个词，说话不必停顿。\n\
     词由一串音素组成，音素是最小的声音单位。噪声会打乱它们：一个音素被听成相近的音素，被漏掉，或者响两次。\
     隐马尔可夫模型给出某些词听起来正是这样的概率。符合的句子很多，有些词的读音还完全相同。\n\
     所以要请第二个模型帮忙。它在一小篇文章里数过：前两个词之后，某个词出现多少次？这就是三元语言模型。\
     没见过这两个词时，就退到只看一个词，或者一个也不看。\n\
     每听一个音素，解码器就延伸所有假设，只留下概率最大的一批，这叫束搜索。词错误率统计错的、漏的和多出来的词。\
     今天的大语言模型，做的仍然是预测下一个词。",
);

pub const FAILS: Words = (
    "Two words that sound alike and fit equally well are a guess. What the text never said is improbable for the language model, \
     so it replaces rare but right words by usual ones, most of all when its weight is high. It looks only two words back and knows \
     no meaning. A narrow beam may drop the right sentence early, and later sounds cannot bring it back. And the sounds here are \
     symbols: real speech has no borders between phones, and each voice differs. Today neural networks learn both parts together.",
    "两个词读音相同，放在句中又都合适，就只能靠猜。文章里没出现过的说法，语言模型认为不太可能，于是会把少见但正确的词换成常见的词，\
     权重越高越严重。它只看前两个词，也不懂意思。束太窄，正确的句子可能很早就被丢掉，后面的声音也救不回来。\
     另外，这里的声音只是符号：真实的语音里音素之间没有界线，每个人的嗓音也不同。今天的神经网络把两部分放在一起学。",
);

pub const QUESTIONS: [Words; 5] = [
    ("What is a phone, and what can happen to it on the way?", "什么是音素？它在途中会遇到什么？"),
    ("What does a trigram language model count?", "三元语言模型统计的是什么？"),
    ("Why are sounds alone not enough?", "为什么只听声音不够？"),
    ("What can go wrong when the beam is narrow?", "束太窄会出什么问题？"),
    ("What does the word error rate count?", "词错误率统计的是什么？"),
];

pub const TRIES: [Try; 3] = [
    Try {
        name: ("Homophones", "同音字"),
        about: (
            "Chinese without any noise: every sound is heard right, but sounds alone miss many characters. The language model \
             finds nearly all.",
            "汉语，没有噪声：每个音都听对了，只听声音还是会写错许多字，语言模型则几乎全对。",
        ),
        set: &[("tongue", 1.0), ("noise", 0.0)],
    },
    Try {
        name: ("A narrow beam", "很窄的束"),
        about: (
            "Only one hypothesis stays after each phone. Many more words are wrong, although the models are the same.",
            "每听一个音素只留一个假设。模型没有变，错词却多了很多。",
        ),
        set: &[("beam", 1.0)],
    },
    Try {
        name: ("It writes what it expects", "只写它想听的"),
        about: (
            "The language model counts three times as much as the sounds: it writes usual sentences that were not said.",
            "语言模型的分量是声音的三倍：它写出常见的句子，却不是说出的那一句。",
        ),
        set: &[("weight", 3.0), ("noise", 0.3)],
    },
];
