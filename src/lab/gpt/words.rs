//! The words of the GPT.

use super::super::{Try, Words};

pub const ABOUT: Words = (
    "GPT stands for generative pre-trained transformer. It does one thing: it reads the letters so far and gives a probability to \
     each possible next letter. Writing means drawing a letter, adding it, and asking again.\n\
     In each layer, self-attention lets every letter look at the letters before it, never at later ones, and take over what \
     helps; the matrix shows who looks at whom. An MLP then works on each letter alone.\n\
     Pre-training starts from random weights. The loss is the surprise at the true next letter: at first, that of pure \
     guessing. As it falls, spelling comes first, then words, then sentences. Perplexity says among how many letters the model \
     still seems to choose.\n\
     Fine-tuning goes on from these weights with a second text. It can move all weights. LoRA leaves them as they are and \
     adds two thin matrices to some of them: far fewer parameters are moved, and the optimiser needs far less memory. Large \
     models are made in this way: pre-trained on much of the web, then fine-tuned for talk.",
    "GPT 的意思是“生成式预训练 Transformer”。它只做一件事：读已有的字符，给每个可能的下一个字符一个概率。写作就是按概率抽一个字符，\
     接在后面，再问一次。\n\
     在每一层里，自注意力让每个字符看它前面的字符（从不看后面的），取来有用的信息；矩阵显示谁在看谁。\
     随后，前馈网络单独处理每个字符。\n\
     预训练从随机权重开始。损失是模型对真正的下一个字符有多意外：起初和瞎猜一样。损失下降时，先学会拼写，再学会词，\
     然后是句子。困惑度说明模型好像还在几个字符之间犹豫。\n\
     微调从这些权重出发，继续学第二份文本。可以改动全部权重；LoRA 则不动原来的权重，只给其中一些加上两个很窄的矩阵：\
     改动的参数少得多，优化器需要的内存也少得多。大模型就是这样造的：先用大量网页文本预训练，再为对话微调。",
);

pub const FAILS: Words = (
    "A small text is soon learned by heart: the loss of the held-back text then stops falling or rises (overfitting). The model \
     knows which letters follow each other, not whether it is true. Fine-tuning all weights forgets the first text \
     (catastrophic forgetting): watch its loss rise. LoRA can only bend what the pre-training has learned: without it, little \
     comes out. And what is further back than the context does not exist for the model.",
    "文本太小，很快就会被背下来：这时留出文本的损失不再下降，甚至上升，这叫过拟合。模型知道哪些字符会相连，却不知道说的是不是真的。\
     微调全部权重会忘掉第一份文本，这叫灾难性遗忘：看它的损失怎样上升。LoRA 只能调整预训练学到的东西：没有预训练，\
     它几乎学不出什么。超出上下文的内容，对模型来说并不存在。",
);

pub const QUESTIONS: [Words; 5] = [
    ("What does a GPT predict?", "GPT 预测的是什么？"),
    ("Which letters can a letter look at?", "一个字符能看到哪些字符？"),
    ("What is the loss at the very start?", "最开始的损失和什么一样？"),
    ("What does LoRA leave as it is, and what does it add?", "LoRA 不动什么，加上什么？"),
    ("Why does the optimiser need less memory with LoRA?", "用 LoRA 时，优化器为什么更省内存？"),
];

pub const TRIES: [Try; 3] = [
    Try {
        name: ("All weights against LoRA", "全部权重与 LoRA"),
        about: (
            "After 400 steps on weather reports both learn recipes. All weights learn them better and forget the weather; LoRA moves 2 in 100 parameters.",
            "先学 400 步天气预报，再用两种方式学菜谱。改动全部权重学得更好，却忘了天气；LoRA 只改动约百分之二的参数。",
        ),
        set: &[("way", 3.0)],
    },
    Try {
        name: ("LoRA without pre-training", "没有预训练的 LoRA"),
        about: (
            "The adapters are added to random weights: the loss stays high and the sample is no language.",
            "把 LoRA 加在随机权重上：损失一直很高，写出来的不成文字。",
        ),
        set: &[("way", 2.0), ("steps", 0.0)],
    },
    Try {
        name: ("Poems by heart", "背诗"),
        about: (
            "A few poems, and hundreds of characters: the loss of seen poems falls, that of the others rises again.",
            "诗只有几十首，字却有好几百个：学过的诗损失下降，没见过的诗损失又升回去。",
        ),
        set: &[("text", 2.0), ("way", 0.0)],
    },
];
