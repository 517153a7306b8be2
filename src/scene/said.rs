//! Things that a prompt names, with their attributes.

use std::ops::Range;

use super::beings::{FLYING, NATURAL, PAIRS, SHOWN_IN_TWOS, TWOS};
use super::layout::flies;
use super::things::{By, Thing, ThingId, things};
use super::words::COLOURS;
use super::{Item, Size};

/// The attributes that a prompt gives to a noun, before or after it.
#[derive(Clone, Default)]
pub struct Said {
    pub count: Option<u8>,
    pub size: Size,
    pub colour: Option<(&'static str, Range<usize>)>,
    /// Moods: the words that labels use for each, and its byte range in the prompt.
    pub moods: Vec<(&'static [&'static str], Range<usize>)>,
    pub doing: Vec<Doing>,
    /// A person's looks: the words that labels use for each, and its byte range in the prompt.
    pub looks: Vec<(&'static [&'static str], Range<usize>)>,
    /// "a pair of". It counts as one if the thing is a pair by itself (glasses), otherwise as two.
    pub pair: bool,
    /// "three pairs of": the number counts pairs.
    pub in_pairs: bool,
    /// The noun is a plural.
    pub plural: bool,
    /// Names before the head noun: "chocolate" in "chocolate cake".
    pub modifiers: Vec<(String, Range<usize>)>,
    /// "no", "without": the noun is left out.
    pub denied: bool,
    /// "the", 那只: the thing may have been named before.
    pub definite: bool,
    /// "another", 另一只: the thing is a new one.
    pub other: bool,
}

impl Said {
    /// Whether there is a colour, a size or a mood, and not only a count.
    pub fn describes(&self) -> bool {
        self.colour.is_some() || self.size != Size::Usual || !self.moods.is_empty()
    }

    /// Whether the noun has no attributes, no count and no "the".
    pub fn is_bare(&self) -> bool {
        !self.describes() && self.count.is_none() && self.modifiers.is_empty() && !self.definite
    }

    /// Merges several phrases for one thing ("a big and red ball"). Also returns the byte ranges of the colours left
    /// over.
    pub fn merged(phrases: Vec<Self>) -> (Self, Vec<Range<usize>>) {
        let mut one = Self::default();
        let mut left = Vec::new();
        for said in phrases {
            one.count = one.count.or(said.count);
            if one.size == Size::Usual {
                one.size = said.size;
            }
            match (&one.colour, said.colour) {
                (None, colour) => one.colour = colour,
                (Some((first, _)), Some((colour, span))) if *first != colour => left.push(span),
                (Some(_), _) => {}
            }
            one.moods.extend(said.moods);
            one.doing.extend(said.doing);
            one.looks.extend(said.looks);
            one.pair |= said.pair;
            one.in_pairs |= said.in_pairs;
            one.plural |= said.plural;
            one.modifiers.extend(said.modifiers);
            one.denied |= said.denied;
            one.definite |= said.definite;
            one.other |= said.other;
        }
        (one, left)
    }
}

/// An action.
#[derive(Clone)]
pub struct Doing {
    /// The words that labels use for it: "dancing".
    pub words: Vec<String>,
    /// Its byte range in the prompt.
    pub span: Range<usize>,
}

/// Things with a face that does not smile.
const STERN: [&str; 7] = ["robot", "alien", "alien monster", "skull", "skull and crossbones", "ogre", "goblin"];

/// Maximum number of copies of one item.
pub const MOST_OF_A_KIND: u8 = 12;

/// A thing that the prompt names.
#[derive(Clone)]
pub struct Named {
    /// Its noun, folded, in the form that the tables have.
    pub word: String,
    pub span: Range<usize>,
    /// The things that the noun may mean, likeliest first.
    pub senses: Vec<ThingId>,
    pub said: Said,
    /// The thing that the user chose for the noun.
    pub chosen: Option<ThingId>,
}

impl Named {
    pub fn item(&self) -> Item {
        let all = things();
        let said = &self.said;
        let colour = said.colour.as_ref().map(|(colour, _)| *colour);
        // "a heart, blue" is the "blue heart".
        let label = all.get(self.senses[0]).en;
        let is_colour = |word: &str| COLOURS.iter().any(|(.., colour)| *colour == word);
        let head = label.split_once(' ').filter(|(first, _)| is_colour(first)).map(|(_, head)| head);
        let own = |colour: &str| {
            let heads = [Some(self.word.as_str()), head].into_iter().flatten();
            heads.map(|head| format!("{colour} {head}")).find_map(|name| all.labelled(&name))
        };
        let mut senses = Vec::new();
        let described: Vec<ThingId> = self.described().collect();
        for id in colour.and_then(own).iter().chain(&described).chain(&self.senses) {
            if !senses.contains(id) {
                senses.push(*id);
            }
        }
        // Attributes choose among the senses. A sense whose label has the colour needs no recolouring.
        let fits = |id: ThingId| {
            let t = all.get(id);
            let moods = said.moods.iter().filter(|(m, _)| m.iter().any(|word| t.is_also(word))).count();
            let modifiers = said.modifiers.iter().filter(|(m, _)| t.is_also(m)).count();
            let looks = said.looks.iter().filter(|(look, _)| look.iter().all(|word| t.label_has(word))).count();
            let doing = self.doing().filter(|word| t.person && t.label_has(word)).count();
            2 * (moods + modifiers + looks + doing) + usize::from(colour.is_some_and(|c| t.label_has(c)))
        };
        senses.sort_by_key(|&id| std::cmp::Reverse(fits(id)));
        if let Some(id) = self.chosen {
            senses.retain(|sense| *sense != id);
            senses.insert(0, id);
        }
        let colour = colour.filter(|c| !all.get(senses[0]).label_has(c));
        let count = self.count(all.get(senses[0]).en);
        Item { span: self.span.clone(), senses, count, size: said.size, colour }
    }

    /// Whether what is drawn only comes near to its name, and the user did not choose it.
    pub fn is_loose(&self) -> bool {
        self.chosen.is_none() && things().is_loose(&self.word) && self.item().senses[0] == self.senses[0]
    }

    /// Whether its name begins with 小 (small) and means the same thing without it.
    pub fn is_small_by_name(&self) -> bool {
        let all = things();
        let first = self.senses[0];
        let rest = self.word.strip_prefix('小').and_then(|rest| all.find(rest));
        self.said.size == Size::Usual
            && !all.get(first).person
            && rest.is_some_and(|(by, ids)| by == By::Name && ids[0] == first)
    }

    fn doing(&self) -> impl Iterator<Item = &str> {
        self.said.doing.iter().flat_map(|doing| doing.words.iter().map(String::as_str))
    }

    /// Byte ranges of the actions and moods that the thing's picture does not show.
    pub fn undone(&self) -> Vec<Range<usize>> {
        let item = self.item();
        let t = things().get(item.senses[0]);
        let is_seen = |words: &[String]| {
            let natural = NATURAL.iter().filter(|(doing, _)| words.iter().any(|word| doing.contains(&word.as_str())));
            let flies = FLYING.iter().any(|flying| words.iter().any(|word| word == flying)) && flies(&item);
            let mut who = natural.flat_map(|(_, who)| *who);
            flies || words.iter().any(|word| t.label_has(word)) || who.any(|who| t.label_has(who))
        };
        let actions = self.said.doing.iter().filter(|doing| !is_seen(&doing.words)).map(|doing| &doing.span);
        // Faces smile anyway.
        let smiles = |mood: &[&str]| mood.contains(&"smile") && (t.living || t.expression) && !STERN.contains(&t.en);
        let moods =
            self.said.moods.iter().filter(|(mood, _)| !mood.iter().any(|word| t.is_also(word)) && !smiles(mood));
        actions.chain(moods.map(|(_, span)| span)).cloned().collect()
    }

    /// The number of copies, if the thing with this label is drawn.
    fn count(&self, label: &str) -> u8 {
        let said = &self.said;
        match said.count {
            Some(2) if said.pair && PAIRS.contains(&label) => 1,
            Some(n) if !said.pair && !said.in_pairs && SHOWN_IN_TWOS.contains(&label) => {
                n.div_ceil(2).clamp(1, MOST_OF_A_KIND)
            }
            // "a group of cats"
            None | Some(1) if said.plural && PAIRS.contains(&label) => 1,
            None | Some(1) if said.plural && TWOS.contains(&label) => 2,
            None | Some(1) if said.plural => 3,
            count => count.unwrap_or(1).clamp(1, MOST_OF_A_KIND),
        }
    }

    /// Things whose labels have both the noun and its action or looks: "woman dancing" for a girl who dances.
    fn described(&self) -> impl Iterator<Item = ThingId> {
        let all = things();
        let is_described = !self.said.doing.is_empty() || !self.said.looks.is_empty();
        let heads = if is_described { self.heads() } else { Vec::new() };
        let doing = self.doing().map(|word| vec![word]);
        let looks = self.said.looks.iter().map(|(look, _)| look.to_vec());
        let has = move |words: &Vec<&str>| words.iter().all(|word| all.get(self.senses[0]).label_has(word));
        doing.chain(looks).filter(move |words| !has(words)).filter_map(move |words| {
            let is = |id: &ThingId, head: &str| {
                let t = all.get(*id);
                t.label_has(head) && words.iter().all(|word| t.label_has(word))
            };
            heads.iter().find_map(|head| (0..all.len() as ThingId).find(|id| is(id, head)))
        })
    }

    /// The words that labels use for the noun: "woman" for a girl, "person" for a child.
    fn heads(&self) -> Vec<&str> {
        // Labels of two words, such as a mage or a pilot, have no variant that dances.
        let plain = |t: &&Thing| t.person && t.en.split(": ").next().is_some_and(|head| !head.contains(' '));
        let people = |t: &'static Thing| t.en.split(": ").next().unwrap_or_default();
        let labels = self.senses.iter().map(|&id| things().get(id)).take_while(plain);
        let people = labels.map(people);
        let (mut women, mut men, mut any) = (false, false, false);
        for head in people {
            match head {
                "woman" | "girl" => women = true,
                "man" | "boy" => men = true,
                "person" => any = true,
                _ => {}
            }
        }
        match (women, men) {
            (true, false) => vec!["woman", "person"],
            (false, true) => vec!["man", "person"],
            (true, true) => vec!["person", "woman", "man"],
            (false, false) if any => vec!["person"],
            (false, false) => vec![self.word.as_str()],
        }
    }

    /// Whether the prompt gives it a colour, as an attribute or in its name ("black cat").
    pub fn is_coloured(&self) -> bool {
        let mut words = self.word.split(' ').rev().skip(1);
        self.said.colour.is_some() || words.any(|word| COLOURS.iter().any(|(en, ..)| en.contains(&word)))
    }

    /// Whether it has this colour, as an attribute or in the label of `first`.
    fn has_colour(&self, first: ThingId, colour: &str) -> bool {
        self.said.colour.as_ref().is_some_and(|(c, _)| *c == colour) || things().get(first).label_has(colour)
    }

    /// Whether `self`, from the negative prompt, excludes `other`, a thing of the prompt that is drawn as `first`.
    pub fn forbids(&self, other: &Self, first: ThingId) -> bool {
        let is_it = self.word == other.word || self.senses.contains(&first);
        is_it && self.said.colour.as_ref().is_none_or(|(colour, _)| other.has_colour(first, colour))
    }

    /// How well `new` fits as another mention of this thing: 0 is best, `None` means that it is another thing.
    pub fn is_again(&self, new: &Self) -> Option<u8> {
        let item = self.item();
        let first = item.senses[0];
        let is_it = self.word == new.word || new.senses.contains(&first);
        let said = &new.said;
        let as_many = said.count.is_none_or(|count| count == item.count);
        let as_big = said.size == Size::Usual || said.size == item.size || item.size == Size::Usual;
        let colour = match &said.colour {
            Some((colour, _)) if self.has_colour(first, colour) => Some(0),
            // "the blue box" can mean a box without a colour if there is no blue one.
            Some(_) => (!self.is_coloured()).then_some(1),
            None => Some(0),
        };
        colour.filter(|_| is_it && as_many && as_big)
    }
}
