//! The words of RNN, LSTM and GRU.

use super::super::{Try, Words};

pub const ABOUT: Words = (
    "A recurrent network reads one letter at a time. After each it keeps a state, a list of numbers: its memory. \
     The plain RNN makes the next state from the letter and the old state, all of it anew each time.\n\
     It learns by sending the gradient back through all steps. On each step back the gradient is multiplied, by \
     much the same weights, so it shrinks or grows with every step. Mostly it vanishes: the graph falls by a factor \
     of ten every few steps, and what happened long ago is never learned. When it grows (explodes), clipping \
     shortens it.\n\
     The LSTM (1997) has a second memory, the cell state, which is not made anew: a part is kept and something is \
     added. Three gates, numbers from 0 to 1, decide what is written (input), kept (forget) and shown (output). \
     While the forget gate is near 1, memory and gradient pass almost unchanged. The GRU (2014) does this with one \
     state and two gates: update says how much is kept, reset how much of it is used for the new proposal.\n\
     Task one: name the first letter after a delay. Task two: predict each next letter of a text, and so write on.",
    "循环网络一次读一个字。每读一个字，它都留下一个状态，也就是一串数，这是它的记忆。普通 RNN 用这个字和旧状态算出新\
     状态，每次都全部重算。\n\
     学习时，梯度要穿过所有步往回传。每往回一步，梯度就乘一次差不多相同的权重，于是一步步变小或变大。多数时候它会消\
     失：图中每过几步就降到十分之一，很久以前的事就学不会了。如果它越变越大（爆炸），就用裁剪把它缩短。\n\
     LSTM（1997 年）多了一份记忆，叫细胞状态。它不重算，只是保留一部分，再加上一些。三个门是 0 到 1 之间的数，决定写\
     入多少（输入门）、保留多少（遗忘门）、露出多少（输出门）。遗忘门接近 1 时，记忆和梯度几乎原样通过。GRU（2014 年）\
     只用一个状态和两个门：更新门决定保留多少，重置门决定提出新内容时用多少旧状态。\n\
     任务一：隔一段之后说出第一个字母。任务二：预测文字的下一个字，从而续写下去。",
);

pub const FAILS: Words = (
    "The gates only help when they begin nearly open: half open, they forget as fast as the plain RNN. With a \
     higher learning rate the RNN has a lucky start now and then. On so small a text it is often the fastest: the \
     letters near by are enough. All three soon learn the text by heart: the loss on unseen text stops falling, or \
     rises. All three must read one letter after another; the Transformer reads all at once, which is why it \
     replaced them. The story is ours; the poems are by Li Bai, Du Fu, Wang Wei, Meng Haoran, Bai Juyi and other \
     Tang poets: see the source under the text.",
    "门要一开始就几乎全开才有用：只开一半，忘得和普通 RNN 一样快。学习率高一些，RNN 偶尔也会碰巧学会。课文这么小，它\
     往往学得最快：看附近几个字就够了。三种单元都很快把课文背了下来：没见过的文字上的损失不再下降，甚至上升。三种都\
     只能一个字接一个字地读，Transformer 却能一次读完，所以取代了它们。英文故事是我们自己写的；诗的作者是李白、杜甫、\
     王维、孟浩然、白居易等唐代诗人，每首的出处见课文下面。",
);

pub const QUESTIONS: [Words; 5] = [
    ("What does a recurrent network keep from letter to letter?", "循环网络读完一个字，留下什么？"),
    ("Why does the gradient of a plain RNN vanish?", "普通 RNN 的梯度为什么会消失？"),
    ("What do the three gates of the LSTM decide?", "LSTM 的三个门各决定什么？"),
    ("How does the GRU differ from the LSTM?", "GRU 与 LSTM 有什么不同？"),
    ("What does clipping do, and when is it needed?", "裁剪做什么，什么时候需要它？"),
];

pub const TRIES: [Try; 3] = [
    Try {
        name: ("Gates half open", "门只开一半"),
        about: (
            "Now the gates that keep begin half open. The LSTM and the GRU forget as fast as the RNN, their \
             gradients vanish too, and all three guess. With the usual start both get to 100 of 100.",
            "让保留门开始时只开一半：LSTM 和 GRU 忘得和 RNN 一样快，梯度同样消失，三种都只能瞎猜。用默认的初始值，两者都能百发百中。",
        ),
        set: &[("task", 0.0), ("delay", 20.0), ("keep", 0.0)],
    },
    Try {
        name: ("Exploding gradients", "梯度爆炸"),
        about: (
            "The weights from state to state begin four times as large: the RNN's gradient grows a thousandfold on \
             the way back, and without clipping its norm jumps above 100.",
            "状态到状态的权重开始时放大四倍：RNN 的梯度往回传时增大上千倍，不裁剪，范数（长度）会跳到 100 以上。",
        ),
        set: &[("task", 0.0), ("delay", 40.0), ("gain", 4.0), ("clip", 0.0)],
    },
    Try {
        name: ("Tang poems", "唐诗"),
        about: (
            "First commas and full stops come to their places, five signs apart; then come lines of verse, more and more by heart.",
            "先是逗号和句号隔五个字各就各位，然后出现像诗句的句子，越来越多是背下来的。",
        ),
        set: &[("task", 1.0), ("text", 1.0), ("rate", 0.01)],
    },
];
