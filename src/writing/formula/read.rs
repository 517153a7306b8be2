//! Reading: letters to a tree.

use super::{Class, Columns, DEEPEST, LONGEST, Mark, Node, signs};

/// The tree of what is between a formula's delimiters.
pub fn read(text: &str) -> Node {
    if text.len() > LONGEST {
        return Node::Words(text.to_owned());
    }
    let mut reader = Reader { letters: text.chars().collect(), at: 0, depth: 0 };
    let mut rows = reader.rows(End::Text);
    let single = rows.len() == 1 && rows[0].len() == 1;
    match rows.first_mut().and_then(Vec::pop).filter(|_| single) {
        Some(cell) => cell,
        // Lines without an environment around them.
        None => {
            let mut reader = Reader { letters: text.chars().collect(), at: 0, depth: 0 };
            Node::Grid { rows: reader.rows(End::Text), columns: Columns::Pairs }
        }
    }
}

/// What ends a row.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Text,
    Brace,
    Bracket,
    Right,
    Environment,
    /// Rows in braces.
    Stack,
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether the command `name` is next; it is passed then.
    fn passes(&mut self, name: &str) -> bool {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let same = name.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
        let count = name.chars().count();
        let longer = name.ends_with(char::is_alphabetic) && rest.get(count).is_some_and(char::is_ascii_alphabetic);
        if same && !longer {
            self.at += count;
        }
        same && !longer
    }

    /// Rows of cells up to `end`.
    fn rows(&mut self, end: End) -> Vec<Vec<Node>> {
        let mut rows = vec![Vec::new()];
        loop {
            let cell = self.row(end);
            if let Some(row) = rows.last_mut() {
                row.push(cell);
            }
            if self.passes("&") {
            } else if self.passes("\\\\") || self.passes("\\cr") {
                self.spaces();
                // Room below the row, in brackets.
                let rest = self.letters.get(self.at..).unwrap_or_default();
                if rest.first() == Some(&'[') && rest.iter().take(8).any(|c| *c == ']') {
                    self.raw(']');
                }
                rows.push(Vec::new());
            } else if self.passes("\\end") {
                self.group();
                break;
            } else {
                break;
            }
        }
        // A break at the very end begins no row.
        let empty = |row: &[Node]| row.iter().all(|cell| matches!(cell, Node::Row(nodes) if nodes.is_empty()));
        if rows.len() > 1 && rows.last().is_some_and(|row| empty(row)) {
            rows.pop();
        }
        rows
    }

    /// What is side by side, up to what ends it.
    fn row(&mut self, end: End) -> Node {
        if self.depth >= DEEPEST {
            self.at = self.letters.len();
            return Node::Row(Vec::new());
        }
        self.depth += 1;
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            self.spaces();
            let Some(c) = self.peek() else { break };
            let grid = matches!(end, End::Text | End::Environment | End::Stack);
            if c == '\\' {
                let rest: String = self.letters[self.at..].iter().take(7).collect();
                let named = |name: &str| {
                    rest.strip_prefix(name).is_some_and(|r| !r.starts_with(|c: char| c.is_ascii_alphabetic()))
                };
                if end == End::Right && named("\\right") || end == End::Environment && named("\\end") {
                    break;
                }
                if grid && (rest.starts_with("\\\\") || named("\\cr")) {
                    break;
                }
            }
            match c {
                '}' if matches!(end, End::Brace | End::Stack) => break,
                ']' if end == End::Bracket => break,
                '&' if grid => break,
                '}' | '&' | '$' => self.at += 1,
                '^' | '_' => {
                    self.at += 1;
                    let script = self.argument();
                    attach(&mut nodes, c == '^', script);
                }
                '\'' => {
                    let mut primes = String::new();
                    while self.peek() == Some('\'') {
                        self.at += 1;
                        primes.push('′');
                    }
                    attach(&mut nodes, true, Node::Sign(primes, Class::Upright));
                }
                _ => {
                    if self.passes("\\limits") || self.passes("\\nolimits") {
                        let wanted = self.letters[self.at - 7] == '\\';
                        if let Some(Node::Operator { limits, .. }) = nodes.last_mut() {
                            *limits = wanted;
                        }
                    } else if let Some(node) = self.atom() {
                        nodes.push(node);
                    }
                }
            }
        }
        self.depth -= 1;
        one(nodes)
    }

    /// What follows a command or a script: a group or one thing.
    fn argument(&mut self) -> Node {
        self.spaces();
        self.depth += 1;
        let node = self.thing();
        self.depth -= 1;
        node
    }

    fn thing(&mut self) -> Node {
        match self.peek() {
            Some('}' | '&') | None => Node::Row(Vec::new()),
            // One figure: `x^23` is x squared and 3.
            Some(c) if c.is_ascii_digit() => {
                self.at += 1;
                Node::Sign(c.to_string(), Class::Upright)
            }
            _ => self.atom().unwrap_or_else(|| Node::Row(Vec::new())),
        }
    }

    /// The letters of a group as they are.
    fn group(&mut self) -> String {
        self.spaces();
        if self.peek() != Some('{') {
            return self.next().map(String::from).unwrap_or_default();
        }
        self.at += 1;
        let (mut depth, mut out) = (0, String::new());
        while let Some(c) = self.next() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                '\\' if self.peek().is_some_and(|c| "{}%$#&_ ".contains(c)) => {
                    out.extend(self.next());
                    continue;
                }
                _ => {}
            }
            out.push(c);
        }
        out
    }

    /// Everything up to `end`, which is passed.
    fn raw(&mut self, end: char) {
        while self.next().is_some_and(|c| c != end) {}
    }

    fn atom(&mut self) -> Option<Node> {
        if self.depth >= DEEPEST {
            self.at = self.letters.len();
            return None;
        }
        let c = self.next()?;
        match c {
            '{' => {
                let row = self.row(End::Brace);
                self.passes("}");
                // In a group of its own a sign is only itself: `{,}` has no room behind it.
                Some(match row {
                    Node::Sign(text, Class::Binary | Class::Relation | Class::Comma) => {
                        Node::Sign(text, Class::Upright)
                    }
                    row => row,
                })
            }
            '\\' => self.command(),
            '~' => Some(Node::Space(0.33)),
            c if c.is_ascii_digit() => {
                let mut number = c.to_string();
                loop {
                    let point = self.peek().is_some_and(|c| matches!(c, '.' | ','));
                    let digit = |at: usize| self.letters.get(at).is_some_and(char::is_ascii_digit);
                    if digit(self.at) || point && digit(self.at + 1) {
                        number.extend(self.next());
                    } else {
                        break;
                    }
                }
                Some(Node::Sign(number, Class::Upright))
            }
            c if c.is_alphabetic() && !c.is_ascii() && !('\u{370}'..'\u{400}').contains(&c) => {
                // Words of another script stay together.
                let mut words = c.to_string();
                while self.peek().is_some_and(|c| c.is_alphabetic() && !c.is_ascii()) {
                    words.extend(self.next());
                }
                Some(Node::Words(words))
            }
            c => Some(signs::letter(c)),
        }
    }

    fn command(&mut self) -> Option<Node> {
        let sign = |text: &str, class| Some(Node::Sign(text.to_owned(), class));
        let first = self.next()?;
        if !first.is_ascii_alphabetic() {
            return match first {
                ',' => Some(Node::Space(0.17)),
                ':' | '>' => Some(Node::Space(0.22)),
                ';' => Some(Node::Space(0.28)),
                ' ' => Some(Node::Space(0.33)),
                '!' => Some(Node::Space(-0.17)),
                '{' => sign("{", Class::Open),
                '}' => sign("}", Class::Close),
                '|' => sign("∥", Class::Upright),
                // Delimiters in delimiters, and breaks where no line can be.
                '(' | ')' | '[' | ']' | '\\' => None,
                c => sign(&c.to_string(), Class::Upright),
            };
        }
        let mut name = first.to_string();
        while self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            name.extend(self.next());
        }
        self.named(&name)
    }

    fn named(&mut self, name: &str) -> Option<Node> {
        if let Some(node) = signs::command(name) {
            return Some(node);
        }
        if let Some(accent) = signs::accent(name) {
            return Some(mark(Mark::Accent(accent), self.argument()));
        }
        match name {
            "frac" | "dfrac" | "tfrac" | "cfrac" => Some(self.fraction(true)),
            "binom" | "dbinom" | "tbinom" => {
                let inner = Box::new(self.fraction(false));
                Some(Node::Fence { left: "(".into(), inner, right: ")".into() })
            }
            "sqrt" => {
                self.spaces();
                let index = self.passes("[").then(|| {
                    let index = self.row(End::Bracket);
                    self.passes("]");
                    Box::new(index)
                });
                Some(Node::Root { index, of: Box::new(self.argument()) })
            }
            "text" | "textrm" | "textnormal" | "textbf" | "textit" | "texttt" | "textsf" | "mbox" | "hbox" => {
                Some(Node::Words(self.group().replace('$', "")))
            }
            "mathrm" | "mathsf" | "mathtt" | "mathit" | "rm" | "operatorname" | "bf" | "mathnormal" => {
                self.passes("*");
                let start = self.at;
                let words = self.group();
                if name == "operatorname" {
                    return Some(Node::Operator { text: words, big: false, limits: false });
                }
                if words.contains(['\\', '^', '_']) {
                    self.at = start;
                    return Some(self.argument());
                }
                Some(Node::Words(words.trim().to_owned()))
            }
            "mathbf" | "boldsymbol" | "bm" | "pmb" => Some(restyle(self.argument(), &|text, class| match class {
                Class::Letter | Class::Upright => Node::Sign(text, Class::Bold),
                class => Node::Sign(text, class),
            })),
            "mathbb" | "Bbb" => Some(restyle(self.argument(), &|text, _| {
                let struck = text.chars().map(|c| signs::double_struck(c).unwrap_or(c)).collect();
                Node::Sign(struck, Class::Upright)
            })),
            "mathcal" | "mathscr" | "mathfrak" => Some(self.argument()),
            "left" => {
                let left = self.delimiter();
                let inner = Box::new(self.row(End::Right));
                let right = if self.passes("\\right") { self.delimiter() } else { String::new() };
                Some(Node::Fence { left, inner, right })
            }
            "middle" => Some(Node::Sign(self.delimiter(), Class::Relation)),
            "right" => {
                self.delimiter();
                None
            }
            _ if name.to_ascii_lowercase().starts_with("big") && name.len() <= 5 => {
                let class = match name.chars().last() {
                    Some('l') => Class::Open,
                    Some('r') => Class::Close,
                    Some('m') => Class::Relation,
                    _ => Class::Upright,
                };
                Some(Node::Sign(self.delimiter(), class))
            }
            "begin" => Some(self.environment()),
            "substack" => {
                self.spaces();
                self.passes("{");
                let rows = self.rows(End::Stack);
                self.passes("}");
                Some(Node::Grid { rows, columns: Columns::Centre })
            }
            "overline" => Some(mark(Mark::LineOver, self.argument())),
            "underline" => Some(mark(Mark::LineUnder, self.argument())),
            "vec" | "overrightarrow" => Some(mark(Mark::ArrowOver, self.argument())),
            "overbrace" => Some(mark(Mark::BraceOver, self.argument())),
            "underbrace" => Some(mark(Mark::BraceUnder, self.argument())),
            "boxed" | "fbox" => Some(mark(Mark::Frame, self.argument())),
            "overset" | "stackrel" => {
                let over = Some(Box::new(self.argument()));
                Some(Node::Stack { base: Box::new(self.argument()), under: None, over })
            }
            "underset" => {
                let under = Some(Box::new(self.argument()));
                Some(Node::Stack { base: Box::new(self.argument()), under, over: None })
            }
            "xrightarrow" | "xleftarrow" => {
                let arrow = if name == "xrightarrow" { "⟶" } else { "⟵" };
                let base = Box::new(Node::Sign(arrow.into(), Class::Relation));
                Some(Node::Stack { base, under: None, over: Some(Box::new(self.argument())) })
            }
            "not" => {
                self.spaces();
                Some(match self.atom()? {
                    Node::Sign(text, class) => {
                        let no = signs::negated(&text).map_or_else(|| format!("{text}\u{338}"), str::to_owned);
                        Node::Sign(no, class)
                    }
                    node => node,
                })
            }
            "pmod" => {
                let inner = self.argument();
                let open = Node::Sign("(".into(), Class::Open);
                let words = Node::Operator { text: "mod".into(), big: false, limits: false };
                Some(Node::Row(vec![Node::Space(0.5), open, words, inner, Node::Sign(")".into(), Class::Close)]))
            }
            "tag" => Some(Node::Row(vec![Node::Space(2.0), Node::Words(format!("({})", self.group()))])),
            "textcolor" | "colorbox" => {
                self.group();
                Some(self.argument())
            }
            "color" | "label" | "hspace" | "vspace" | "ref" => {
                self.group();
                None
            }
            "phantom" | "hphantom" | "vphantom" => {
                self.group();
                Some(Node::Space(0.5))
            }
            "quad" => Some(Node::Space(1.0)),
            "qquad" => Some(Node::Space(2.0)),
            "displaystyle" | "textstyle" | "scriptstyle" | "nonumber" | "notag" | "mathstrut" | "hline" | "hfill"
            | "limits" | "nolimits" | "strut" | "protect" | "end" | "newline" | "it" => None,
            name => Some(Node::Words(format!("\\{name}"))),
        }
    }

    fn fraction(&mut self, line: bool) -> Node {
        let over = Box::new(self.argument());
        Node::Fraction { over, under: Box::new(self.argument()), line }
    }

    /// The bracket behind `\left`, `\right` and `\big`; empty for a point.
    fn delimiter(&mut self) -> String {
        self.spaces();
        match self.peek() {
            Some('.') => {
                self.at += 1;
                String::new()
            }
            Some('\\') => {
                self.at += 1;
                match self.command() {
                    Some(Node::Sign(text, _)) => text,
                    _ => String::new(),
                }
            }
            Some('|') => {
                self.at += 1;
                "∣".to_owned()
            }
            Some('<') => {
                self.at += 1;
                "⟨".to_owned()
            }
            Some('>') => {
                self.at += 1;
                "⟩".to_owned()
            }
            _ => self.next().map(String::from).unwrap_or_default(),
        }
    }

    fn environment(&mut self) -> Node {
        let name = self.group();
        let name = name.trim_end_matches('*');
        if matches!(name, "array" | "alignedat" | "alignat") {
            self.spaces();
            if self.peek() == Some('{') {
                self.group();
            }
        }
        if self.depth >= DEEPEST {
            self.at = self.letters.len();
            return Node::Row(Vec::new());
        }
        self.depth += 1;
        let mut rows = self.rows(End::Environment);
        self.depth -= 1;
        let (left, right, columns) = match name {
            "pmatrix" => ("(", ")", Columns::Centre),
            "bmatrix" => ("[", "]", Columns::Centre),
            "Bmatrix" => ("{", "}", Columns::Centre),
            "vmatrix" => ("∣", "∣", Columns::Centre),
            "Vmatrix" => ("∥", "∥", Columns::Centre),
            "cases" | "dcases" => ("{", "", Columns::Left),
            "rcases" => ("", "}", Columns::Left),
            "matrix" | "smallmatrix" | "array" | "gather" | "gathered" => ("", "", Columns::Centre),
            _ => ("", "", Columns::Pairs),
        };
        if rows.len() == 1 && rows[0].len() == 1 && columns == Columns::Pairs {
            return rows.pop().and_then(|mut row| row.pop()).unwrap_or_else(|| Node::Row(Vec::new()));
        }
        let grid = Node::Grid { rows, columns };
        if left.is_empty() && right.is_empty() {
            return grid;
        }
        Node::Fence { left: left.to_owned(), inner: Box::new(grid), right: right.to_owned() }
    }
}

fn mark(mark: Mark, of: Node) -> Node {
    Node::Mark { mark, of: Box::new(of) }
}

fn one(mut nodes: Vec<Node>) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(node)) => node,
        (_, Some(last)) => {
            nodes.push(last);
            Node::Row(nodes)
        }
        (_, None) => Node::Row(nodes),
    }
}

/// A script belongs to what comes before it.
fn attach(nodes: &mut Vec<Node>, up: bool, script: Node) {
    let base = nodes.pop().unwrap_or_else(|| Node::Row(Vec::new()));
    let (base, mut sub, mut sup) = match base {
        Node::Scripts { base, sub, sup } => (base, sub, sup),
        base => (Box::new(base), None, None),
    };
    let place = if up { &mut sup } else { &mut sub };
    *place = Some(Box::new(match place.take() {
        // x'^2 has both.
        Some(before) => Node::Row(vec![*before, script]),
        None => script,
    }));
    nodes.push(Node::Scripts { base, sub, sup });
}

/// Every sign of `node`, changed.
fn restyle(node: Node, change: &dyn Fn(String, Class) -> Node) -> Node {
    match node {
        Node::Sign(text, class) => change(text, class),
        Node::Row(nodes) => Node::Row(nodes.into_iter().map(|node| restyle(node, change)).collect()),
        Node::Scripts { base, sub, sup } => Node::Scripts { base: Box::new(restyle(*base, change)), sub, sup },
        node => node,
    }
}
