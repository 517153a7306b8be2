//! GAN: a generator learns to make points that a discriminator cannot tell from real ones (Goodfellow et al. 2014).

mod words;

use candle_core::{Result, Tensor, Var};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::network::{Activation, Network, field, noise, number, points, square, surprise, tensor};
use super::shapes::{NAMES, Point, SHAPES, distance, heaps_met, sample};
use super::show::Curve;
use super::{Cloud, Control, Exhibit, Field, Kind, Run, Settings, Show, Step, What};

pub static EXHIBIT: Exhibit = Exhibit {
    id: "gan",
    name: ("GAN: forger and detective", "GAN：伪造者与侦探"),
    about: words::ABOUT,
    fails: words::FAILS,
    questions: &words::QUESTIONS,
    tries: &words::TRIES,
    controls: &[
        Control {
            id: "shape",
            name: ("Real points", "真实的点"),
            about: ("What the generator learns to make.", "让生成器学着造的点。"),
            kind: Kind::Choice(&NAMES),
            usual: 0.0,
            live: false,
        },
        Control {
            id: "generator_rate",
            name: ("Generator's learning rate", "生成器学习率"),
            about: ("How fast the forger learns.", "伪造者学得多快。"),
            kind: Kind::Rate { least: 0.00001, most: 0.1 },
            usual: 0.001,
            live: true,
        },
        Control {
            id: "discriminator_rate",
            name: ("Discriminator's learning rate", "判别器学习率"),
            about: ("How fast the detective learns.", "侦探学得多快。"),
            kind: Kind::Rate { least: 0.00001, most: 0.1 },
            usual: 0.002,
            live: true,
        },
        Control {
            id: "discriminator_steps",
            name: ("Discriminator's steps", "判别器步数"),
            about: ("Steps of the detective for each one of the forger.", "伪造者每走一步，侦探走几步。"),
            kind: Kind::Whole { least: 1, most: 5 },
            usual: 1.0,
            live: true,
        },
        Control {
            id: "generator_steps",
            name: ("Generator's steps", "生成器步数"),
            about: ("Steps of the forger for each round.", "每一轮伪造者走几步。"),
            kind: Kind::Whole { least: 1, most: 10 },
            usual: 1.0,
            live: true,
        },
    ],
    start,
};

/// Random numbers that a point is made of.
const LATENT: usize = 4;
const HIDDEN: usize = 48;
const BATCH: usize = 128;
/// Points that are shown, and their arrows.
const SHOWN: usize = 256;
const ARROWS: usize = 64;
const FIELD: usize = 32;
const REACH: f32 = 1.3;
/// Leak that keeps Adam's memory of older gradients short: the usual one makes the two circle each other.
const BETA1: f64 = 0.5;

struct Gan {
    generator: Network,
    discriminator: Network,
    shape: usize,
    steps: (usize, usize),
    rng: ChaCha8Rng,
    /// The same random numbers in each picture, so that points are seen to move.
    fixed: Tensor,
    real: Vec<Point>,
    losses: [Curve; 2],
    away: Curve,
}

fn start(settings: &Settings, seed: u64) -> Result<Box<dyn Run>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let shape = settings.whole("shape");
    let (g, d) = (settings.get("generator_rate"), settings.get("discriminator_rate"));
    let generator = Network::new(&[LATENT, HIDDEN, HIDDEN, 2], Activation::Relu, g, BETA1, &mut rng)?;
    let discriminator = Network::new(&[2, HIDDEN, HIDDEN, 1], Activation::Relu, d, BETA1, &mut rng)?;
    let mut gan = Gan {
        generator,
        discriminator,
        shape,
        steps: (1, 1),
        fixed: noise(SHOWN, LATENT, &mut rng)?,
        real: sample(SHAPES[shape], SHOWN, &mut rng),
        losses: [Curve::new(("generator", "生成器")), Curve::new(("discriminator", "判别器"))],
        away: Curve::new(("distance", "距离")),
        rng,
    };
    gan.set(settings);
    Ok(Box::new(gan))
}

impl Run for Gan {
    fn step(&mut self) -> Result<Step> {
        let (mut of_d, mut of_g) = (0.0, 0.0);
        for _ in 0..self.steps.0 {
            let real = tensor(&sample(SHAPES[self.shape], BATCH, &mut self.rng))?;
            let made = self.generator.forward(&noise(BATCH, LATENT, &mut self.rng)?)?.detach();
            let loss = (surprise(&self.discriminator.forward(&real)?, 1.0)?
                + surprise(&self.discriminator.forward(&made)?, 0.0)?)?;
            self.discriminator.learn(&loss)?;
            of_d = number(&loss)? / 2.0;
        }
        for _ in 0..self.steps.1 {
            let made = self.generator.forward(&noise(BATCH, LATENT, &mut self.rng)?)?;
            // The other loss of the paper: it has a slope also where the detective is sure.
            let loss = surprise(&self.discriminator.forward(&made)?, 1.0)?;
            self.generator.learn(&loss)?;
            of_g = number(&loss)?;
        }
        self.losses[0].push(of_g);
        self.losses[1].push(of_d);
        self.away.push(distance(&self.made()?[..ARROWS], &self.real[..ARROWS]));
        Ok(if of_d.is_finite() && of_g.is_finite() { Step::Taken } else { Step::Diverged })
    }

    fn set(&mut self, settings: &Settings) {
        self.generator.set_rate(settings.get("generator_rate"));
        self.discriminator.set_rate(settings.get("discriminator_rate"));
        self.steps = (settings.whole("discriminator_steps"), settings.whole("generator_steps"));
    }

    fn shows(&self) -> Result<Vec<Show>> {
        let field = Field { side: FIELD, values: field(&self.discriminator.forward(&square(FIELD, REACH)?)?)? };
        let made = self.made()?;
        let mut shows = vec![
            Show::number("distance", ("Distance of made from real", "造的与真的相差"), distance(&made, &self.real), 3),
            Show::curves("losses", ("Losses", "损失"), &[&self.losses[0], &self.losses[1]]),
            Show::curves("distances", ("Distance", "距离"), &[&self.away]),
        ];
        if NAMES[self.shape].0 == "eight heaps" {
            let name = ("Heaps that are met, of 8", "造到的堆数（共 8 堆）");
            shows.push(Show::number("heaps", name, heaps_met(&made) as f64, 0));
        }
        let clouds = vec![
            Cloud { name: ("real", "真实的"), points: self.real.clone() },
            Cloud { name: ("made", "造出来的"), points: made },
        ];
        let name = ("The detective's view, and what the forger makes", "侦探眼中的平面，和伪造者造的点");
        let what = What::Plane { reach: REACH, field: Some(field), clouds, arrows: self.arrows()? };
        shows.insert(0, Show { id: "plane", name, what });
        Ok(shows)
    }
}

impl Gan {
    fn made(&self) -> Result<Vec<Point>> {
        points(&self.generator.forward(&self.fixed)?)
    }

    /// Where each of the first points would have to go to look more real: the gradient that the generator gets.
    fn arrows(&self) -> Result<Vec<[Point; 2]>> {
        let from = self.generator.forward(&self.fixed.narrow(0, 0, ARROWS)?)?.detach();
        let var = Var::from_tensor(&from)?;
        let logits = self.discriminator.forward(var.as_tensor())?;
        let gradients = logits.sum_all()?.backward()?;
        let Some(gradient) = gradients.get(var.as_tensor()) else { return Ok(Vec::new()) };
        let pairs = points(&from)?.into_iter().zip(points(gradient)?);
        Ok(pairs
            .map(|(at, g)| {
                // As long as the slope is steep, up to a tenth of the plane.
                let scale = 0.1 / g[0].hypot(g[1]).max(1.0);
                [at, [at[0] + scale * g[0], at[1] + scale * g[1]]]
            })
            .collect())
    }
}
