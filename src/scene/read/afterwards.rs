//! What is settled once all words are read: portraits, a mood alone, the bodies of animals, names that repeat.

use super::*;

/// Words for a picture of a person, which may be a painting or a photo.
const PORTRAITS: &[&str] = &["portrait", "肖像", "人像", "写真"];

/// Words behind an animal that ask for its head.
const HEADS: &[&str] = &["head", "face", "avatar", "portrait", "头", "脸", "头像"];

/// Animals whose whole bodies the model draws as well as their faces.
const BODIES: &[&str] = &["cat", "cow", "dog", "mouse", "pig", "rabbit", "tiger"];

/// Words for a landscape, which is a kind of painting where the prompt names what is in it.
const LANDSCAPES: &[&str] = &["landscape", "风景", "山水"];

impl Reader<'_> {
    /// A portrait that is to be painted is no photo: "portrait of a woman, watercolor".
    pub(super) fn portraits(&mut self) {
        let text = self.text;
        let cannot = &mut self.reading.cannot;
        if cannot.iter().any(|(what, _)| *what == Cannot::Painting) {
            let is_portrait = |span: &Range<usize>| PORTRAITS.contains(&folded(&text[span.clone()]).as_str());
            cannot.retain(|(what, span)| *what != Cannot::Photo || !is_portrait(span));
        }
    }

    /// A landscape without anything in it is drawn as a mountain: "a landscape", 水墨山水.
    pub(super) fn landscape_alone(&mut self) {
        let reading = &self.reading;
        let is_denied = self.words.iter().any(|word| word.kind == Kind::Role(Role::Denial));
        if !reading.items.is_empty() || is_denied || reading.ground.is_some() {
            return;
        }
        let is_landscape = |span: &Range<usize>| LANDSCAPES.contains(&folded(&self.text[span.clone()]).as_str());
        let Some(at) = reading.cannot.iter().position(|(_, span)| is_landscape(span)) else { return };
        let Some((_, mountains)) = things().find("mountain") else { return };
        let (_, span) = self.reading.cannot.remove(at);
        self.push(mountains.to_vec(), "mountain", span);
    }

    /// A mood without anybody is drawn as a face: "happy", 一个生气的表情. Returns whether the prompt is such a mood.
    pub(super) fn mood_alone(&mut self) -> bool {
        let role = |word: &Lexeme| match &word.kind {
            Kind::Role(role) | Kind::Name(_, _, Some(role)) => Some(*role),
            Kind::Name(_, _, None) | Kind::Unknown(_) | Kind::Stop => None,
        };
        let mood = self.words.iter().find_map(|word| match role(word) {
            Some(Role::Mood(mood)) => Some((mood, word.clone())),
            _ => None,
        });
        // Nothing else may be described: "big shiny happy" is no face.
        let is_bare = |word: &Lexeme| match role(word) {
            Some(Role::Mood(_) | Role::Number(_) | Role::Measure | Role::The | Role::Is) => true,
            Some(Role::Filler) => !PRAISE.contains(&word.word.as_str()) || word.word == "的",
            Some(_) => false,
            None => word.kind == Kind::Stop || matches!(word.word.as_str(), "expression" | "emotion" | "mood"),
        };
        let Some((mood, word)) = mood.filter(|_| self.words.iter().all(is_bare)) else { return false };
        let all = things();
        let faces = (0..all.len() as ThingId).filter(|&id| all.get(id).en.ends_with("face"));
        let rank = |id: ThingId| mood.iter().position(|mood| all.get(id).label_has(mood));
        let mut senses: Vec<ThingId> = faces.filter(|id| rank(*id).is_some()).collect();
        senses.sort_by_key(|id| rank(*id));
        let Some(first) = senses.first() else { return false };
        let said = all.get(*first).en;
        (self.pending, self.reading.unknown) = (Said::default(), Vec::new());
        self.push(senses.clone(), said, word.span);
        true
    }

    /// Reports the adjectives of a prompt that names nothing: "big shiny happy".
    pub(super) fn adjectives(&mut self) {
        let is_adjective = |word: &&Lexeme| {
            matches!(word.kind, Kind::Role(Role::Size(_) | Role::Mood(_) | Role::Look(_) | Role::Action(_)))
                || matches!(word.kind, Kind::Role(Role::Filler))
                    && PRAISE.contains(&word.word.as_str())
                    && word.word.len() > 3
        };
        let spans: Vec<_> = self.words.iter().filter(is_adjective).map(|word| word.span.clone()).collect();
        for span in spans {
            if self.reading.unknown.iter().all(|it| it.span != span) {
                self.unknown(span);
            }
        }
    }

    /// 小猫 (small cat) is small only if there is another thing.
    pub(super) fn sizes_of_names(&mut self) {
        if self.named.len() < 2 {
            return;
        }
        for i in 0..self.named.len() {
            if self.named[i].is_small_by_name() {
                self.named[i].said.size = Size::Small;
                self.settle(i);
            }
        }
    }

    /// Draws things of the same noun alike: a "black cat" is a whole cat, so a white cat beside it is no face.
    pub(super) fn alike(&mut self) {
        let all = things();
        // The thing that the label names without its colour.
        let plain = |id: ThingId| {
            let (first, noun) = all.get(id).en.split_once(' ')?;
            COLOURS.iter().any(|(en, ..)| en.contains(&first)).then(|| all.labelled(noun)).flatten()
        };
        let kind = |named: &Named, item: &Item| Some((named.word.clone(), plain(item.senses[0])?));
        let kinds: Vec<_> = self.named.iter().zip(&self.reading.items).filter_map(|(n, i)| kind(n, i)).collect();
        for (word, id) in kinds {
            for i in 0..self.named.len() {
                let is_one = plain(self.reading.items[i].senses[0]) == Some(id);
                let named = &self.named[i];
                let is_free =
                    !is_one && named.chosen.is_none() && named.said.moods.is_empty() && named.said.modifiers.is_empty();
                if is_free && word.ends_with(&named.word) && named.senses.contains(&id) {
                    self.prefer(i, id);
                }
            }
        }
    }

    /// Makes this the first sense of a named thing, and updates its item.
    fn prefer(&mut self, i: usize, id: ThingId) {
        let senses = &mut self.named[i].senses;
        senses.retain(|sense| *sense != id);
        senses.insert(0, id);
        self.settle(i);
    }

    /// Whether the prompt asks for the head of what is named here: "a cat's head", 狗头, "portrait of a cat".
    fn is_head(&self, span: &Range<usize>) -> bool {
        let portraits = |text: &str| PORTRAITS.iter().any(|word| text.contains(word));
        let (said, before, behind) = (&self.text[span.clone()], &self.text[..span.start], &self.text[span.end..]);
        let behind = behind.trim_start_matches(['\'', '’', 's', ' ', '的']);
        HEADS.iter().any(|head| said.ends_with(head) || behind.starts_with(head)) || portraits(&before.to_lowercase())
    }

    /// In a scene, and where it does something, an animal has its body: a "cat on a box" is more than the face that is the
    /// first sense of "cat". Faces keep their moods and what they wear, and others of their kind are faces beside them.
    pub(super) fn bodies(&mut self) {
        let all = things();
        let reading = &self.reading;
        let several = reading.items.iter().map(|item| usize::from(item.count)).sum::<usize>() > 1;
        let is_scene = several || reading.ground.is_some() || reading.light != Light::Day;
        // "a hat on a cat" is worn as well.
        let is_garment_on =
            |link: &Link| link.relation == Relation::On && is_garment(reading.items[link.thing].senses[0]);
        let is_worn = |link: &&Link| link.relation == Relation::WornBy || is_garment_on(link);
        let wearers: Vec<usize> = reading.relations.iter().filter(is_worn).map(|link| link.place).collect();
        let animal = |id: ThingId| all.get(id).en.strip_suffix(" face").filter(|animal| BODIES.contains(animal));
        let has_face = |i: usize| {
            let said = &self.named[i].said;
            !said.moods.is_empty()
                || !said.modifiers.is_empty()
                || wearers.contains(&i)
                || self.is_head(&self.named[i].span)
        };
        let faces: Vec<&str> =
            (0..self.named.len()).filter(|&i| has_face(i)).filter_map(|i| animal(self.named[i].senses[0])).collect();
        for i in 0..self.named.len() {
            let named = &self.named[i];
            if named.chosen.is_some() || !is_scene && named.said.doing.is_empty() {
                continue;
            }
            let animal = animal(self.reading.items[i].senses[0]).filter(|animal| !faces.contains(animal));
            let body = animal.and_then(|animal| all.labelled(animal)).filter(|id| named.senses.contains(id));
            if let Some(id) = body {
                self.prefer(i, id);
            }
        }
    }
}
