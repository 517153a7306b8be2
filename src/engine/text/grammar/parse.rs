//! GBNF to definitions, as llama.cpp reads it: `grammars/README.md` there describes the notation.

use std::collections::HashMap;

use super::Bad;
use super::rules::{CharSet, Definition, Definitions, Item};
use super::scan::{Scanner, is_name};
use crate::lang::{Both, both};

/// Groups within groups.
const DEEPEST: usize = 200;
/// Items of all rules together, repetitions counted.
const MOST_ITEMS: usize = 500_000;

/// Reads a whole grammar. Names that are used but never defined are found later.
pub fn parse(text: &str) -> Result<Definitions, Bad> {
    let mut parser = Parser { scan: Scanner::new(text), all: Definitions::default(), names: HashMap::new(), items: 0 };
    parser.scan.space(true);
    while parser.scan.peek().is_some() {
        parser.rule()?;
    }
    match parser.names.get("root") {
        Some(&root) => parser.all.root = root,
        None => return Err(Bad::new(0, Both::new("it has no rule called root", "其中没有名为 root 的规则"))),
    }
    Ok(parser.all)
}

struct Parser<'t> {
    scan: Scanner<'t>,
    all: Definitions,
    names: HashMap<&'t str, u32>,
    items: usize,
}

/// The rule that is being read: its helpers are called like it.
#[derive(Clone, Copy)]
struct Place<'t> {
    name: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// The rule's number, which a use may ask for before its definition.
    fn number(&mut self, name: &'t str) -> u32 {
        if let Some(&id) = self.names.get(name) {
            return id;
        }
        let id = self.all.add(Definition { name: name.to_owned(), line: self.scan.line(), alternatives: None });
        self.names.insert(name, id);
        id
    }

    fn rule(&mut self) -> Result<(), Bad> {
        let line = self.scan.line();
        let name = self.scan.name()?;
        let id = self.number(name);
        let definition = self.all.get(id);
        if definition.alternatives.is_some() {
            return Err(Bad::new(line, both!("the rule {name} is there twice", "规则 {name} 出现了两次")));
        }
        definition.line = line;
        self.scan.space(false);
        if !self.scan.rest().starts_with("::=") {
            return Err(self.scan.expected(&Both::same("::=")));
        }
        self.scan.at += 3;
        self.scan.space(true);
        let alternatives = self.alternatives(Place { name, depth: 0 })?;
        match self.scan.peek() {
            None | Some('\n' | '\r') => {}
            Some(_) => return Err(self.scan.expected(&Both::new("the end of the line", "行尾"))),
        }
        self.all.get(id).alternatives = Some(alternatives);
        self.scan.space(true);
        Ok(())
    }

    fn alternatives(&mut self, place: Place<'t>) -> Result<Vec<Vec<Item>>, Bad> {
        let mut all = vec![self.sequence(place)?];
        while self.scan.take('|') {
            self.scan.space(true);
            all.push(self.sequence(place)?);
        }
        Ok(all)
    }

    fn sequence(&mut self, place: Place<'t>) -> Result<Vec<Item>, Bad> {
        let nested = place.depth > 0;
        let mut all = Vec::new();
        // Where the last item begins: what a quantifier is about.
        let mut last = None;
        while let Some(c) = self.scan.peek() {
            let begin = all.len();
            match c {
                '"' => self.literal(&mut all)?,
                '[' => {
                    let set = self.scan.class()?;
                    all.push(Item::Chars(self.all.set(set)));
                }
                '.' => {
                    self.scan.at += 1;
                    all.push(Item::Chars(self.all.set(CharSet::any())));
                }
                '(' => {
                    if place.depth == DEEPEST {
                        return Err(self
                            .scan
                            .bad(both!("groups are nested more than {DEEPEST} deep", "括号嵌套超过 {DEEPEST} 层")));
                    }
                    self.scan.at += 1;
                    self.scan.space(true);
                    let inside = self.alternatives(Place { depth: place.depth + 1, ..place })?;
                    if !self.scan.take(')') {
                        return Err(self.scan.expected(&Both::same("\u{201c})\u{201d}")));
                    }
                    all.push(self.helper(place, inside));
                }
                '*' | '+' | '?' | '{' => {
                    let (least, most) = self.times(nested)?;
                    let Some(from) = last else {
                        return Err(self
                            .scan
                            .bad(both!("nothing comes before \u{201c}{c}\u{201d}", "“{c}”之前没有内容")));
                    };
                    let body = all.split_off(from);
                    self.repeat(place, body, least, most, &mut all)?;
                    self.scan.space(nested);
                    continue;
                }
                '<' | '!' => {
                    return Err(self.scan.bad(Both::new("tokens by name are not supported", "不支持按名称写词元")));
                }
                c if is_name(c) => {
                    let name = self.scan.name()?;
                    all.push(Item::Rule(self.number(name)));
                }
                _ => break,
            }
            self.count(all.len() - begin)?;
            last = Some(begin);
            self.scan.space(nested);
        }
        Ok(all)
    }

    fn literal(&mut self, out: &mut Vec<Item>) -> Result<(), Bad> {
        self.scan.at += 1;
        while !self.scan.take('"') {
            let c = self.scan.character()?;
            out.push(Item::Chars(self.all.set(CharSet::one(c))));
        }
        Ok(())
    }

    /// What a quantifier asks for: at least, and at most where there is a bound.
    fn times(&mut self, nested: bool) -> Result<(usize, Option<usize>), Bad> {
        match self.scan.peek() {
            Some('*') => self.scan.at += 1,
            Some('+') => {
                self.scan.at += 1;
                return Ok((1, None));
            }
            Some('?') => {
                self.scan.at += 1;
                return Ok((0, Some(1)));
            }
            _ => {
                self.scan.at += 1;
                self.scan.space(nested);
                let Some(least) = self.scan.integer()? else {
                    return Err(self.scan.expected(&Both::new("a number", "数字")));
                };
                self.scan.space(nested);
                let mut most = Some(least);
                if self.scan.take(',') {
                    self.scan.space(nested);
                    most = self.scan.integer()?;
                    self.scan.space(nested);
                }
                if !self.scan.take('}') {
                    return Err(self.scan.expected(&Both::same("\u{201c}}\u{201d}")));
                }
                if most.is_some_and(|most| most < least) {
                    return Err(self.scan.bad(Both::new(
                        "a repetition has a lower bound above its upper one",
                        "重复次数的下限大于上限",
                    )));
                }
                return Ok((least, most));
            }
        }
        Ok((0, None))
    }

    /// Appends `body` so many times. It becomes a rule of its own, so that repetitions in repetitions add up where
    /// copies would multiply.
    fn repeat(
        &mut self,
        place: Place<'t>,
        mut body: Vec<Item>,
        least: usize,
        most: Option<usize>,
        out: &mut Vec<Item>,
    ) -> Result<(), Bad> {
        let body = match (body.pop(), body.is_empty()) {
            // Nothing, however often, is nothing.
            (None, _) => return Ok(()),
            (Some(only), true) => only,
            (Some(last), false) => {
                body.push(last);
                self.helper(place, vec![body])
            }
        };
        self.count(least)?;
        out.extend(std::iter::repeat_n(body, least));
        match most {
            None => {
                self.count(3)?;
                let star = self.all.next();
                out.push(self.helper(place, vec![vec![body, Item::Rule(star)], vec![]]));
            }
            Some(most) => {
                self.count(3 * (most - least))?;
                let mut rest: Option<Item> = None;
                for _ in least..most {
                    let once = std::iter::once(body).chain(rest).collect();
                    rest = Some(self.helper(place, vec![once, vec![]]));
                }
                out.extend(rest);
            }
        }
        Ok(())
    }

    /// A rule that the text does not name: it is called like the one that it is in.
    fn helper(&mut self, place: Place<'t>, alternatives: Vec<Vec<Item>>) -> Item {
        let line = self.names.get(place.name).map_or(0, |&id| self.all.line(id));
        let name = place.name.to_owned();
        Item::Rule(self.all.add(Definition { name, line, alternatives: Some(alternatives) }))
    }

    fn count(&mut self, items: usize) -> Result<(), Bad> {
        self.items += items;
        if self.items > MOST_ITEMS {
            return Err(self.scan.bad(both!(
                "it has more than {MOST_ITEMS} items, repetitions counted",
                "它有超过 {MOST_ITEMS} 项（重复计入）"
            )));
        }
        Ok(())
    }
}
