//! The tree of a scene: an item hangs on the item that it is placed relative to. Its first relation that closes no
//! cycle decides.

use super::super::{Link, Reading, Relation};
use super::kinds::{is_sky, is_weather, worn};

pub struct Hangs {
    /// For each item, the relation to the item it hangs on; `None` for a root.
    links: Vec<Option<Link>>,
    /// Rainbows and clouds, each with an item that it is above.
    pub roofs: Vec<(usize, usize)>,
}

impl Hangs {
    pub fn new(reading: &Reading) -> Self {
        let count = reading.items.len();
        let mut all = Self { links: vec![None; count], roofs: Vec::new() };
        // "and" says less than a relation that gives a position.
        let (beside, placed): (Vec<Link>, Vec<Link>) =
            reading.relations.iter().partition(|link| link.relation == Relation::Beside);
        for link in placed.into_iter().chain(beside).filter(|l| l.thing < count && l.place < count) {
            let link = all.dressed(reading, link);
            if floats(reading, link) {
                all.roofs.extend(roof(reading, link));
            } else if all.links[link.thing].is_none() && !all.leads_to(link.place, link.thing) {
                all.links[link.thing] = Some(link);
            }
        }
        all.lift();
        all
    }

    /// Something above a carried item is placed above the carrier, and so above all that the carrier carries.
    fn lift(&mut self) {
        let carries = |link: &Link| matches!(link.relation, Relation::On | Relation::In);
        for item in 0..self.links.len() {
            while let Some(link) = self.links[item]
                && link.relation == Relation::Above
                && let Some(carrier) = self.links[link.place].filter(carries)
            {
                self.links[item] = Some(Link { place: carrier.place, ..link });
            }
        }
    }

    /// "a cat with a hat and glasses": a thing beside something worn is worn too if it can be, and is otherwise beside
    /// the wearer.
    fn dressed(&self, reading: &Reading, link: Link) -> Link {
        let is_beside = link.relation == Relation::Beside;
        let is_to_wear = |i: usize| self.links[i].is_none() && worn(&reading.items[i]).is_some();
        let wearer = |i: usize| self.links[i].filter(|l| is_beside && l.relation == Relation::WornBy).map(|l| l.place);
        match (wearer(link.thing), wearer(link.place)) {
            (None, Some(place)) if is_to_wear(link.thing) => Link { relation: Relation::WornBy, place, ..link },
            (None, Some(place)) if place != link.thing => Link { place, ..link },
            (Some(place), None) if is_to_wear(link.place) => {
                Link { thing: link.place, relation: Relation::WornBy, place }
            }
            (Some(thing), None) if thing != link.place => Link { thing, ..link },
            (None | Some(_), None | Some(_)) => link,
        }
    }

    /// Whether `from` hangs on `to`, directly or over other items.
    fn leads_to(&self, from: usize, to: usize) -> bool {
        self.chain(from).any(|at| at == to)
    }

    /// An item, the item it hangs on, and so on up to the root.
    fn chain(&self, from: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(from), |at| self.links[*at].map(|link| link.place)).take(self.links.len() + 1)
    }

    /// The root of the tree that an item is in: the item itself if it hangs on nothing.
    pub fn root(&self, item: usize) -> usize {
        self.chain(item).last().unwrap_or(item)
    }

    /// Whether all relations from an item up to its root are "beside". Such an item is a group of its own.
    fn is_loose(&self, item: usize) -> bool {
        self.chain(item).all(|at| self.links[at].is_none_or(|link| link.relation == Relation::Beside))
    }

    /// The relations of the items that hang on a place; those of items above it come last.
    pub fn on(&self, place: usize) -> Vec<Link> {
        let here = self.links.iter().flatten().filter(|link| link.place == place && !self.is_loose(link.thing));
        let (above, other): (Vec<Link>, Vec<Link>) = here.partition(|link| link.relation == Relation::Above);
        other.into_iter().chain(above).collect()
    }

    /// The items that are groups of their own, from left to right. An item beside another is next to it.
    pub fn groups(&self) -> Vec<usize> {
        let is_root = |i: &usize| self.links[*i].is_none();
        let mut order: Vec<usize> = (0..self.links.len()).filter(is_root).collect();
        let mut left: Vec<Link> = self.links.iter().flatten().filter(|l| self.is_loose(l.thing)).copied().collect();
        while let Some(next) = left.iter().position(|link| order.contains(&link.place)) {
            let Link { thing, place, .. } = left.remove(next);
            let at = order.iter().position(|i| *i == place).unwrap_or(0);
            let is_beside = |i: &&usize| self.links[**i].is_some_and(|link| link.place == place);
            let after = order[at + 1..].iter().take_while(is_beside).count();
            order.insert(if thing < place { at } else { at + 1 + after }, thing);
        }
        order
    }
}

/// Whether a relation only says that something is in the sky: it is above everything, whatever else the prompt says it
/// is above or beside.
fn floats(reading: &Reading, link: Link) -> bool {
    let sky = |i: usize| is_sky(&reading.items[i]);
    match link.relation {
        Relation::Under => sky(link.place),
        Relation::In => is_weather(&reading.items[link.place]),
        Relation::Above => sky(link.thing) && !sky(link.place),
        Relation::Beside => sky(link.thing) != sky(link.place),
        Relation::On
        | Relation::LeftOf
        | Relation::RightOf
        | Relation::Behind
        | Relation::InFrontOf
        | Relation::WornBy
        | Relation::Between => false,
    }
}

/// A rainbow or a cloud, and the item that the relation puts below it.
fn roof(reading: &Reading, link: Link) -> Option<(usize, usize)> {
    let (sky, below) = match link.relation {
        Relation::Under | Relation::In => (link.place, link.thing),
        Relation::Above => (link.thing, link.place),
        Relation::On
        | Relation::Beside
        | Relation::LeftOf
        | Relation::RightOf
        | Relation::Behind
        | Relation::InFrontOf
        | Relation::WornBy
        | Relation::Between => return None,
    };
    is_weather(&reading.items[sky]).then_some((sky, below))
}
