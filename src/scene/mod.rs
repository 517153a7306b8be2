//! Parses a prompt, in English or Chinese, for the built-in picture model: things with their colours, sizes and counts,
//! the relations between them, and the background. All functions are pure; the result is a [`Reading`].
//!
//! The model was trained on some 1,600 named things. For a word that many of them share ("car") the network would draw
//! a blend of them all, so each noun picks *one* thing, and the network gets that thing's full name.

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
mod styles;
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

/// A colour word of the model in English and Chinese; `None` for any other word.
pub fn colour_names(colour: &str) -> Option<(&'static str, &'static str)> {
    words::COLOURS.iter().find(|(_, _, word)| *word == colour).map(|(_, zh, word)| (*word, zh[0]))
}

/// The English label of the thing with this name or emoji.
pub fn label(name: &str) -> Option<&'static str> {
    let all = things();
    let id = all.emoji(name.trim()).or_else(|| all.labelled(name));
    id.map(|id| all.get(id).en)
}

/// The result of parsing a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// In prompt order.
    pub items: Vec<Item>,
    pub relations: Vec<Link>,
    pub ground: Option<Ground>,
    /// The time of day of `ground`: "in the snow at night".
    pub light: Light,
    /// Backgrounds that are not drawn because a scene has only one, as byte ranges of the prompt.
    pub more_grounds: Vec<Range<usize>>,
    /// Colour words that are not used, as byte ranges of the prompt: an item has one colour, and a background keeps its
    /// own.
    pub more_colours: Vec<Range<usize>>,
    /// A style word of the model ("3d"). It applies to all items.
    pub style: Option<&'static str>,
    /// Requests that the model cannot fulfil (a photo, a logo), with their byte ranges in the prompt.
    pub cannot: Vec<(Cannot, Range<usize>)>,
    /// Relation words that contradict earlier ones, as byte ranges of the prompt: "a cat left of a dog, the cat right
    /// of the dog".
    pub contradicted: Vec<Range<usize>>,
    /// Things that the prompt ("no dog") or the negative prompt excludes, as byte ranges of the prompt.
    pub denied: Vec<Range<usize>>,
    /// Items and copies beyond the maximum, and text beyond the length limit, as byte ranges of the prompt.
    pub too_many: Vec<Range<usize>>,
    /// Verbs whose two things are only drawn side by side, as byte ranges of the prompt: "reading" in "a girl reading a
    /// book".
    pub side_by_side: Vec<Range<usize>>,
    /// Words that name nothing the model knows, in prompt order.
    pub unknown: Vec<Unknown>,
}

/// A word that names nothing the model knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Its byte range in the prompt.
    pub span: Range<usize>,
    /// Similar things, nearest first; often empty. They are suggestions: only `stand_in` is drawn.
    pub near: Vec<ThingId>,
    /// The thing that is drawn instead of this word: the word names a kind of it ("grilled fish"), the thing only comes
    /// near to the word ("sports car"), or the prompt names nothing that the model knows.
    pub stand_in: Option<ThingId>,
}

/// A thing of the scene, in one or more copies.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The noun's byte range in the prompt.
    pub span: Range<usize>,
    /// The things that the noun may mean, likeliest first; never empty. The first is drawn.
    pub senses: Vec<ThingId>,
    /// Number of copies, 1 to 12.
    pub count: u8,
    pub size: Size,
    /// The model's English colour word. `None` if the prompt gives no colour, or if the label of the thing already has
    /// it.
    pub colour: Option<&'static str>,
}

impl Item {
    /// What is drawn for this sense, in words: the colour and the thing's full name.
    pub fn words(&self, sense: ThingId) -> String {
        let name = things().get(sense).en;
        match self.colour {
            Some(colour) => format!("{colour} {name}"),
            None => name.to_owned(),
        }
    }

    /// The colour in which the network's picture is repainted: the one that the prompt asks for, or a white, black,
    /// gray or brown that is part of the thing's name (the network draws a "black cat" purple). The network itself gets
    /// no colour word: with one it recolours random parts of a thing, and without one every part has its natural
    /// colour.
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
    /// `place` wears it: a hat on the head, glasses over the eyes.
    WornBy,
}

impl Relation {
    /// Whether the relation says where a thing is relative to another: true for all but `Beside` and `WornBy`.
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

/// The background of a scene.
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
    /// A plain colour, one of the model's colour words: "a cat on a red background".
    Plain(&'static str),
}

/// The time of day of a background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Light {
    #[default]
    Day,
    Night,
    Sunset,
}

/// A background and its light.
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
    /// The background and its light; `None` if the prompt names no background.
    pub fn scenery(&self) -> Option<Scenery> {
        self.ground.map(|ground| Scenery { ground, light: self.light })
    }

    /// Byte ranges of words that the parser understood and the scene does not use: further backgrounds and colours,
    /// surplus items, contradicted relations.
    pub fn left_out(&self) -> impl Iterator<Item = &Range<usize>> {
        [&self.more_grounds, &self.more_colours, &self.too_many, &self.contradicted].into_iter().flatten()
    }
}

impl Ground {
    /// The light that this background stands for, if it is little more than a time of day: a place that the prompt also
    /// names gets this light. `None` for places and plain colours.
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

    /// Whether it is drawn under a sky, whose light can change.
    fn is_outdoors(self) -> bool {
        match self {
            Self::Grass | Self::Snow | Self::Rain | Self::Fog | Self::Sea | Self::Beach | Self::Desert => true,
            Self::Sky | Self::Sunset | Self::Night | Self::Underwater | Self::Room | Self::Table | Self::Plain(_) => {
                false
            }
        }
    }

    /// Whether it already has this colour, as grass is green.
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

/// What the model cannot draw: all its pictures are stickers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cannot {
    Photo,
    Logo,
    Writing,
    Painting,
}
