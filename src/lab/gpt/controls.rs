//! What can be set of the GPT.

use super::super::{Control, Kind};
use super::student::WAY_NAMES;
use super::text::NAMES;

pub static CONTROLS: [Control; 12] = [
    Control {
        id: "text",
        name: ("First text", "第一份文本"),
        about: ("What the model is pre-trained on.", "模型用它来预训练。"),
        kind: Kind::Choice(&NAMES),
        usual: 0.0,
        live: false,
    },
    Control {
        id: "second",
        name: ("Second text", "第二份文本"),
        about: ("What the model is fine-tuned on.", "模型用它来微调。"),
        kind: Kind::Choice(&NAMES),
        usual: 1.0,
        live: false,
    },
    Control {
        id: "way",
        name: ("Training", "训练方式"),
        about: ("What follows the pre-training.", "预训练之后做什么。"),
        kind: Kind::Choice(&WAY_NAMES),
        usual: 3.0,
        live: false,
    },
    Control {
        id: "steps",
        name: ("Steps of pre-training", "预训练步数"),
        about: ("After so many steps the fine-tuning starts by itself.", "走完这么多步，微调就自动开始。"),
        kind: Kind::Whole { least: 0, most: 10_000 },
        usual: 400.0,
        live: false,
    },
    Control {
        id: "rank",
        name: ("Rank of LoRA", "LoRA 的秩"),
        about: ("How thin the added matrices are.", "附加的矩阵有多窄。"),
        kind: Kind::Whole { least: 1, most: 16 },
        usual: 4.0,
        live: false,
    },
    Control {
        id: "layers",
        name: ("Layers", "层数"),
        about: ("Blocks of attention and MLP, one after another.", "一个接一个的块，每块有注意力和前馈网络。"),
        kind: Kind::Whole { least: 1, most: 6 },
        usual: 4.0,
        live: false,
    },
    Control {
        id: "heads",
        name: ("Attention heads", "注意力头数"),
        about: ("Each head is 16 numbers wide: 4 make a model that is 64 wide.", "每个头宽 16：4 个头的模型宽 64。"),
        kind: Kind::Whole { least: 1, most: 6 },
        usual: 4.0,
        live: false,
    },
    Control {
        id: "context",
        name: ("Context", "上下文长度"),
        about: ("How many letters the model sees at once.", "模型一次能看到多少个字符。"),
        kind: Kind::Whole { least: 16, most: 96 },
        usual: 64.0,
        live: false,
    },
    Control {
        id: "rate",
        name: ("Learning rate", "学习率"),
        about: ("How far each step goes down the slope of the loss.", "每一步沿损失下降的幅度。"),
        kind: Kind::Rate { least: 0.00001, most: 1.0 },
        usual: 0.005,
        live: true,
    },
    Control {
        id: "temperature",
        name: ("Temperature", "温度"),
        about: (
            "At 0 it writes the likeliest letter; higher values dare more.",
            "为 0 时总写最可能的字符，越高越大胆。",
        ),
        kind: Kind::Number { least: 0.0, most: 2.0 },
        usual: 0.7,
        live: true,
    },
    Control {
        id: "layer",
        name: ("Layer shown", "显示第几层"),
        about: ("Whose attention is shown.", "显示这一层的注意力。"),
        kind: Kind::Whole { least: 1, most: 6 },
        usual: 1.0,
        live: true,
    },
    Control {
        id: "head",
        name: ("Head shown", "显示第几个头"),
        about: ("Which head of that layer is shown.", "显示该层中的哪个头。"),
        kind: Kind::Whole { least: 1, most: 6 },
        usual: 1.0,
        live: true,
    },
];
