//! Parses a prompt for the built-in picture model: things, their colours, sizes and numbers, their relations, and the
//! background. Pure functions: a text in English or Chinese -> a [`Reading`].
//!
//! The model knows some 1,600 things by name. A word that many of them share ("car") would draw a blend of them all,
//! which is a blob: so each noun chooses *one* thing, whose own full name is what the network gets.

mod beings;
mod body;
mod colour;
mod compose;
mod fillers;
mod grammar;
mod ground;
mod hsv;
mod layout;
mod lexer;
mod read;
mod said;
mod search;
mod syntax;
mod things;
mod tones;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use colour::recoloured;
pub use compose::{Backdrop, Cutout, Square, alone};
pub use layout::{Layer, Visible, lay_out};
pub use read::{read, read_with};
pub use search::Query;
pub use things::{Thing, ThingId, folded, things};
pub use words::style_of;

/// The name of one of the model's colour words, in English and Chinese.
pub fn colour_names(colour: &str) -> Option<(&'static str, &'static str)> {
    words::COLOURS.iter().find(|(_, _, word)| *word == colour).map(|(_, zh, word)| (*word, zh[0]))
}

/// The label of the thing of this name or emoji.
pub fn label(name: &str) -> Option<&'static str> {
    let all = things();
    let id = all.emoji(name.trim()).or_else(|| all.labelled(name));
    id.map(|id| all.get(id).en)
}

/// What was understood of a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// In the order in which they are named.
    pub items: Vec<Item>,
    pub relations: Vec<Link>,
    pub ground: Option<Ground>,
    /// When it is there: "in the snow at night".
    pub light: Light,
    /// Further grounds that the prompt names, as bytes of it: one is drawn.
    pub more_grounds: Vec<Range<usize>>,
    /// Colours that nothing takes, as bytes of the prompt: a thing has one, and a ground its own.
    pub more_colours: Vec<Range<usize>>,
    /// A style word of the model ("3d"), for all things.
    pub style: Option<&'static str>,
    /// What the prompt asks for that no sticker can be.
    pub cannot: Vec<(Cannot, Range<usize>)>,
    /// Words of relations that others rule out, as bytes of the prompt: "a cat left of a dog, the cat right of the dog".
    pub contradicted: Vec<Range<usize>>,
    /// Things that the prompt or the negative prompt wants left out, as bytes of the prompt.
    pub denied: Vec<Range<usize>>,
    /// Things beyond those that a scene may have, as bytes of the prompt.
    pub too_many: Vec<Range<usize>>,
    /// Verbs between two things that are drawn side by side: "reading" of "a girl reading a book".
    pub side_by_side: Vec<Range<usize>>,
    /// Words that name nothing the model knows, in the order of the prompt.
    pub unknown: Vec<Unknown>,
}

/// A word that names nothing the model knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Its place in the prompt, in bytes.
    pub span: Range<usize>,
    /// Things that come near to it, the nearest first; often empty. They are offered, and not drawn unasked but for
    /// `stand_in`.
    pub near: Vec<ThingId>,
    /// What is drawn in its place: where it is a kind of that ("grilled fish"), or where the prompt names nothing known.
    pub stand_in: Option<ThingId>,
}

/// A thing of the scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The noun's place in the prompt, in bytes.
    pub span: Range<usize>,
    /// What it may mean, likeliest first; never empty.
    pub senses: Vec<ThingId>,
    /// 1 to 12.
    pub count: u8,
    pub size: Size,
    /// The model's English colour word, where the prompt names one that the thing does not have by itself.
    pub colour: Option<&'static str>,
}

impl Item {
    /// What is drawn, in words, for one of the senses: colour and the thing's own full name.
    pub fn words(&self, sense: ThingId) -> String {
        let name = things().get(sense).en;
        match self.colour {
            Some(colour) => format!("{colour} {name}"),
            None => name.to_owned(),
        }
    }

    /// The colour that what the network drew is given: the one that was asked for, or a tone by which the thing is named,
    /// for a "black cat" is drawn purple. The network itself gets no colour word: it turns a part of a thing here and there,
    /// and what it draws without one has its colours where they belong.
    pub fn painted_colour(&self) -> Option<&'static str> {
        let named = || {
            let first = things().get(self.senses[0]).en.split(' ').next()?;
            let (.., colour) = words::COLOURS.iter().find(|(en, ..)| en.contains(&first))?;
            tones::tone(colour).map(|_| *colour)
        };
        self.colour.or_else(named)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    Small,
    #[default]
    Usual,
    Big,
}

/// `items[thing]` has this relation to `items[place]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub thing: usize,
    pub relation: Relation,
    pub place: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    On,
    Above,
    Under,
    Beside,
    LeftOf,
    RightOf,
    Behind,
    InFrontOf,
    In,
    /// Between `place` and the item after it.
    Between,
    /// `place` wears it: a hat on the head, glasses before the eyes.
    WornBy,
}

impl Relation {
    /// Whether it says where a thing is by naming another as its place.
    pub fn names_place(self) -> bool {
        match self {
            Self::Beside | Self::WornBy => false,
            Self::On
            | Self::Above
            | Self::Under
            | Self::LeftOf
            | Self::RightOf
            | Self::Behind
            | Self::InFrontOf
            | Self::In
            | Self::Between => true,
        }
    }
}

/// What is drawn behind the things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    Sky,
    Sunset,
    Night,
    Grass,
    Snow,
    Rain,
    Fog,
    Sea,
    Underwater,
    Beach,
    Desert,
    Room,
    Table,
    /// Of one of the model's colour words alone: "a cat on a red background".
    Plain(&'static str),
}

/// When a place is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Light {
    #[default]
    Day,
    Night,
    Sunset,
}

/// A ground and its light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenery {
    pub ground: Ground,
    pub light: Light,
}

impl From<Ground> for Scenery {
    fn from(ground: Ground) -> Self {
        Self { ground, light: Light::Day }
    }
}

impl Reading {
    /// What is behind the things.
    pub fn scenery(&self) -> Option<Scenery> {
        self.ground.map(|ground| Scenery { ground, light: self.light })
    }

    /// Words that the model knows and that the scene has no room or no use for.
    pub fn left_out(&self) -> impl Iterator<Item = &Range<usize>> {
        [&self.more_grounds, &self.more_colours, &self.too_many, &self.contradicted].into_iter().flatten()
    }
}

impl Ground {
    /// Its light, where it is little more than that: a place that is named, too, has this light.
    fn light(self) -> Option<Light> {
        match self {
            Self::Night => Some(Light::Night),
            Self::Sunset => Some(Light::Sunset),
            Self::Sky => Some(Light::Day),
            Self::Grass
            | Self::Snow
            | Self::Rain
            | Self::Fog
            | Self::Sea
            | Self::Underwater
            | Self::Beach
            | Self::Desert
            | Self::Room
            | Self::Table
            | Self::Plain(_) => None,
        }
    }

    /// Whether it is drawn under a sky, which may be that of the night.
    fn is_outdoors(self) -> bool {
        match self {
            Self::Grass | Self::Snow | Self::Rain | Self::Fog | Self::Sea | Self::Beach | Self::Desert => true,
            Self::Sky | Self::Sunset | Self::Night | Self::Underwater | Self::Room | Self::Table | Self::Plain(_) => {
                false
            }
        }
    }

    /// Whether it is of this colour by itself.
    fn has_colour(self, colour: &str) -> bool {
        if let Self::Plain(own) = self {
            return own == colour;
        }
        let own: &[&str] = match self {
            Self::Sky | Self::Sea | Self::Underwater => &["blue", "cyan"],
            Self::Sunset => &["red", "orange", "pink"],
            Self::Night => &["black", "blue"],
            Self::Grass => &["green"],
            Self::Snow | Self::Fog => &["white"],
            Self::Rain => &["gray", "blue"],
            Self::Beach | Self::Desert => &["yellow"],
            Self::Room | Self::Plain(_) => &[],
            Self::Table => &["brown"],
        };
        own.contains(&colour)
    }
}

/// What a sticker cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cannot {
    Photo,
    Logo,
    Writing,
    Painting,
}
