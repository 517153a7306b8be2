//! RNN, LSTM and GRU side by side: at remembering, and at a text.

mod cell;
mod corpus;
mod learner;
mod letters;
mod memory;
#[cfg(test)]
mod tests;
mod words;

use super::show::Curve;
use super::{Control, Exhibit, Kind, Line, Settings, Show, What, Words};

pub static EXHIBIT: Exhibit = Exhibit {
    id: "rnn",
    name: ("RNN, LSTM and GRU: networks with a memory", "RNN、LSTM 与 GRU：有记忆的网络"),
    about: words::ABOUT,
    fails: words::FAILS,
    questions: &words::QUESTIONS,
    tries: &words::TRIES,
    controls: &[
        Control {
            id: "task",
            name: ("Task", "任务"),
            about: ("What the three cells learn.", "让三种单元学什么。"),
            kind: Kind::Choice(&[("remember a letter", "记住一个字母"), ("write on", "续写文字")]),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "delay",
            name: ("Delay", "间隔"),
            about: (
                "In the memory task: letters between the first one and the question.",
                "记忆任务中，第一个字母与提问之间隔多少个字母。",
            ),
            kind: Kind::Whole { least: 2, most: 40 },
            usual: 20.0,
            live: false,
        },
        Control {
            id: "text",
            name: ("Text", "课文"),
            about: ("What is read when the task is to write on.", "续写任务所读的文字。"),
            kind: Kind::Choice(&[("English story", "英文故事"), ("Tang poems", "唐诗")]),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "cell",
            name: ("Cell to look into", "看哪种单元"),
            about: (
                "Whose state and gates are shown under each letter of the text.",
                "在文字的每个字下面显示哪种单元的状态和门。",
            ),
            kind: Kind::Choice(&cell::NAMES),
            usual: 1.0,
            live: true,
        },
        Control {
            id: "rate",
            name: ("Learning rate", "学习率"),
            about: ("How far each step goes down the slope of the loss.", "每一步沿损失下降的幅度。"),
            kind: Kind::Rate { least: 0.0001, most: 1.0 },
            usual: 0.003,
            live: true,
        },
        Control {
            id: "clip",
            name: ("Clip the gradient at", "梯度裁剪上限"),
            about: (
                "A longer gradient is shortened to this norm; 0 leaves it as it is.",
                "梯度的范数（长度）超过这个数，就缩短到这个数；0 表示不裁剪。",
            ),
            kind: Kind::Number { least: 0.0, most: 10.0 },
            usual: 1.0,
            live: true,
        },
        Control {
            id: "gain",
            name: ("Recurrent weights at start", "初始循环权重"),
            about: (
                "How large the weights from state to state begin: large ones make gradients grow on the way back.",
                "状态到状态的权重开始时放大几倍：太大，梯度往回传时会越来越大。",
            ),
            kind: Kind::Number { least: 0.5, most: 4.0 },
            usual: 1.0,
            live: false,
        },
        Control {
            id: "keep",
            name: ("Keeping gates at start", "保留门的初始偏置"),
            about: (
                "The bias of the LSTM's forget gate and the GRU's update gate: at 0 they begin half open, at 3 nearly open.",
                "LSTM 遗忘门和 GRU 更新门的偏置：0 表示开始时半开，3 表示几乎全开。",
            ),
            kind: Kind::Number { least: 0.0, most: 5.0 },
            usual: 3.0,
            live: false,
        },
    ],
    start: |settings, seed| match settings.whole("task") {
        0 => memory::Memory::start(settings, seed),
        _ => letters::Letters::start(settings, seed),
    },
};

fn weights(settings: &Settings) -> cell::Start {
    cell::Start { gain: settings.get("gain"), keep: settings.get("keep") }
}

/// An empty curve for each cell.
fn three() -> Vec<Curve> {
    cell::NAMES.map(Curve::new).into()
}

fn curves(id: &'static str, name: Words, curves: &[Curve]) -> Show {
    Show::curves(id, name, &curves.iter().collect::<Vec<_>>())
}

/// How much of the gradient is left at each distance, of each cell.
fn distances(reach: &[Vec<[f64; 2]>]) -> Show {
    let lines = cell::NAMES.into_iter().zip(reach).map(|(name, points)| Line { name, points: points.clone() });
    let across = ("steps back in time", "往回多少步");
    let name = ("Gradient left on the way back (log10 of its share)", "往回传时还剩多少梯度（比例的 log10）");
    Show { id: "distances", name, what: What::Graph { across, lines: lines.collect() } }
}
