//! Neurons in a minute: a small network that tells two classes of points apart.

mod words;

use candle_core::{Result, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::network::{Activation, Network, field, number, softplus, square, tensor};
use super::shapes::{CLASSED, CLASSED_NAMES, Point};
use super::show::Curve;
use super::{Cloud, Control, Exhibit, Field, Kind, Pictures, Run, Settings, Show, Step, What, Words};

pub static EXHIBIT: Exhibit = Exhibit {
    id: "neurons",
    name: ("Neurons in a minute", "一分钟认识神经元"),
    about: words::ABOUT,
    fails: words::FAILS,
    questions: &words::QUESTIONS,
    tries: &words::TRIES,
    controls: &[
        Control {
            id: "points",
            name: ("Points", "数据"),
            about: ("What the network learns to tell apart.", "让网络学着区分的两类点。"),
            kind: Kind::Choice(&CLASSED_NAMES),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "layers",
            name: ("Hidden layers", "隐藏层数"),
            about: ("Layers of neurons between the point and the answer.", "点与答案之间的神经元层数。"),
            kind: Kind::Whole { least: 0, most: 4 },
            usual: 1.0,
            live: false,
        },
        Control {
            id: "neurons",
            name: ("Neurons in a layer", "每层神经元"),
            about: ("More neurons can bend the border more often.", "神经元越多，分界线能弯得越多。"),
            kind: Kind::Whole { least: 1, most: 16 },
            usual: 4.0,
            live: false,
        },
        Control {
            id: "activation",
            name: ("Activation", "激活函数"),
            about: ("What a neuron does with the sum of its inputs.", "神经元如何处理输入之和。"),
            kind: Kind::Choice(&[("tanh", "tanh"), ("ReLU", "ReLU"), ("sigmoid", "sigmoid"), ("none", "无")]),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "rate",
            name: ("Learning rate", "学习率"),
            about: ("How far each step goes down the slope of the loss.", "每一步沿损失下降的幅度。"),
            kind: Kind::Rate { least: 0.0001, most: 10.0 },
            usual: 0.01,
            live: true,
        },
    ],
    start,
};

/// Points to learn from, and as many to test with.
const POINTS: usize = 200;
/// Cells of a side of the field, and of a neuron's picture.
const FIELD: usize = 40;
const NEURON: usize = 20;
const REACH: f32 = 1.1;

/// Points `[N, 2]`, and 1 or -1 for the class of each `[N, 1]`.
type Known = (Tensor, Tensor);

struct Classes {
    network: Network,
    neurons: bool,
    learned: Known,
    tested: Known,
    clouds: [Vec<Point>; 2],
    loss: Curve,
    test: Curve,
}

fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let shape = CLASSED[settings.whole("points")];
    let (layers, width) = (settings.whole("layers"), settings.whole("neurons"));
    let activation =
        [Activation::Tanh, Activation::Relu, Activation::Sigmoid, Activation::Linear][settings.whole("activation")];
    let widths: Vec<usize> = std::iter::once(2).chain(std::iter::repeat_n(width, layers)).chain([1]).collect();
    let network = Network::new(&widths, activation, settings.get("rate"), 0.9, &mut rng)?;
    let mut set = || -> Result<(Vec<(Point, u8)>, Known)> {
        let all: Vec<(Point, u8)> = (0..POINTS).map(|_| shape(&mut rng)).collect();
        let x = tensor(&all.iter().map(|(point, _)| *point).collect::<Vec<_>>())?;
        // 1 or -1
        let signs: Vec<f32> = all.iter().map(|(_, class)| f32::from(*class) * 2.0 - 1.0).collect();
        let signs = Tensor::from_vec(signs, (POINTS, 1), x.device())?;
        Ok((all, (x, signs)))
    };
    let ((all, learned), (_, tested)) = (set()?, set()?);
    let of = |class: u8| all.iter().filter(|(_, c)| *c == class).map(|(point, _)| *point).collect();
    Ok(Box::new(Classes {
        network,
        neurons: layers > 0,
        learned,
        tested,
        clouds: [of(0), of(1)],
        loss: Curve::new(("seen points", "学过的点")),
        test: Curve::new(("other points", "没见过的点")),
    }))
}

/// The mean surprise: softplus of the negative logit where the sign is 1, of the logit where it is -1.
fn loss(network: &Network, (x, signs): &Known) -> Result<Tensor> {
    softplus(&(network.forward(x)? * signs)?.neg()?)?.mean_all()
}

impl Run for Classes {
    fn step(&mut self) -> Result<Step> {
        let loss_of_step = loss(&self.network, &self.learned)?;
        self.network.learn(&loss_of_step)?;
        let seen = number(&loss_of_step)?;
        self.loss.push(seen);
        self.test.push(number(&loss(&self.network, &self.tested)?)?);
        Ok(if seen.is_finite() { Step::Taken } else { Step::Diverged })
    }

    fn set(&mut self, settings: &Settings) {
        self.network.set_rate(settings.get("rate"));
    }

    fn shows(&self) -> Result<Vec<Show>> {
        let logits = self.network.forward(&square(FIELD, REACH)?)?;
        let field = Field { side: FIELD, values: field(&logits)? };
        let right =
            (self.network.forward(&self.tested.0)? * &self.tested.1)?.gt(0.0)?.to_dtype(candle_core::DType::F32)?;
        const NAMES: [Words; 2] = [("first class", "第一类"), ("second class", "第二类")];
        let clouds = NAMES.into_iter().zip(&self.clouds).map(|(name, points)| Cloud { name, points: points.clone() });
        let mut shows = vec![
            Show {
                id: "plane",
                name: ("Points and the answer everywhere", "数据点与各处的答案"),
                what: What::Plane { reach: REACH, field: Some(field), clouds: clouds.collect(), arrows: Vec::new() },
            },
            Show::number(
                "right",
                ("Other points told rightly, of 100", "没见过的点答对的百分比"),
                100.0 * number(&right.mean_all()?)?,
                0,
            ),
            Show::curves("loss", ("Loss", "损失"), &[&self.loss, &self.test]),
        ];
        if self.neurons {
            shows.push(self.first_layer()?);
        }
        Ok(shows)
    }
}

impl Classes {
    /// What each neuron of the first layer says of the plane.
    fn first_layer(&self) -> Result<Show> {
        let outputs = self.network.all(&square(NEURON, REACH)?)?;
        let said = outputs[0].t()?.to_vec2::<f32>()?;
        let most = said.iter().flatten().fold(1e-6_f32, |most, v| most.max(v.abs()));
        let values = said.into_iter().flatten().map(|v| (v / most + 1.0) / 2.0).collect();
        let name = ("What each neuron of the first layer sees", "第一层每个神经元看到的");
        Ok(Show { id: "neurons", name, what: What::Pictures(Pictures { side: NEURON, values }) })
    }
}
