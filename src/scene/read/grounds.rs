//! The ground of a scene, and its light.

use super::*;

/// Parts of a background's words that make it night: "snowy night", 雨夜.
const NIGHTS: &[&str] = &["night", "夜"];

impl Reader<'_> {
    /// Sets a plain background: "a red background", "the background is red".
    pub(super) fn background(&mut self, word: &Lexeme) {
        let said = std::mem::take(&mut self.pending);
        self.waiting = None;
        if let Some((colour, span)) = said.colour {
            self.ground(Ground::Plain(colour), span.start..word.span.end);
            return;
        }
        let mut next = self.words.iter().enumerate().skip(self.at + 1);
        let skipped =
            |w: &Lexeme| matches!(w.kind, Kind::Role(Role::Is)) || matches!(w.word.as_str(), ":" | "：" | "的");
        if let Some((at, Lexeme { kind: Kind::Role(Role::Colour(colour)), span, .. })) = next.find(|(_, w)| !skipped(w))
            && !self.words.get(at + 1).is_some_and(|next| matches!(next.kind, Kind::Name(..)))
        {
            let (colour, span) = (*colour, word.span.start..span.end);
            self.at = at;
            self.ground(Ground::Plain(colour), span);
        }
    }

    /// Sets a background. It takes the attributes before it.
    pub(super) fn ground(&mut self, ground: Ground, span: Range<usize>) {
        self.verb_ends();
        let said = std::mem::take(&mut self.open).into_iter().chain([std::mem::take(&mut self.pending)]);
        let colours = said.filter_map(|said| said.colour).filter(|(colour, _)| !ground.has_colour(colour));
        self.reading.more_colours.extend(colours.map(|(_, span)| span));
        self.waiting = None;
        self.subject = None;
        self.clause.push((None, span.clone()));
        let said = folded(&self.text[span.clone()]);
        let is_said =
            |word: &str| if word.is_ascii() { said.split(' ').any(|w| w == word) } else { said.contains(word) };
        let unwanted = &self.unwanted;
        if unwanted.grounds.contains(&ground) || unwanted.named.iter().any(|it| is_said(&it.word)) {
            self.reading.denied.push(span);
        } else {
            let light = NIGHTS.iter().any(|night| said.contains(night)).then_some(Ground::Night);
            self.one_ground(ground, span.clone());
            if let Some(light) = light.filter(|_| ground.is_outdoors()) {
                self.one_ground(light, span);
            }
        }
    }

    /// Keeps one background. A place may take the light of another: "a beach at sunset", "a winter night".
    fn one_ground(&mut self, new: Ground, span: Range<usize>) {
        let reading = &mut self.reading;
        let Some(old) = reading.ground else {
            reading.ground = Some(new);
            return;
        };
        match (old.light(), new.light()) {
            _ if old == new => {}
            (None, Some(light)) if old.is_outdoors() && (reading.light == Light::Day || reading.light == light) => {
                reading.light = light;
            }
            (Some(light), None) if new.is_outdoors() => (reading.ground, reading.light) = (Some(new), light),
            (Some(Light::Day), Some(_)) => reading.ground = Some(new),
            (Some(_), Some(Light::Day)) => {}
            _ => reading.more_grounds.push(span),
        }
    }
}
