//! A formula in one line of letters: for those who hear it, and where it is copied.

use super::{Class, Mark, Node};

/// `(a + b)/c`, `x²`, `√(x)`, `∑_(i=1)^n`.
pub fn plain(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    let words: Vec<&str> = out.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn write(node: &Node, out: &mut String) {
    match node {
        Node::Row(nodes) => {
            for (i, node) in nodes.iter().enumerate() {
                let unary = matches!(node, Node::Sign(_, Class::Binary)) && opens(nodes[..i].last());
                if let (true, Node::Sign(text, _)) = (unary, node) {
                    out.push_str(text);
                } else {
                    write(node, out);
                }
                let word = matches!(node, Node::Operator { .. })
                    || matches!(node, Node::Scripts { base, .. } if matches!(**base, Node::Operator { .. }));
                if word
                    && i + 1 < nodes.len()
                    && !matches!(nodes[i + 1], Node::Fence { .. } | Node::Sign(_, Class::Open))
                {
                    out.push(' ');
                }
            }
        }
        Node::Sign(text, Class::Binary | Class::Relation) => {
            out.push(' ');
            out.push_str(text);
            out.push(' ');
        }
        Node::Sign(text, Class::Comma) => {
            out.push_str(text);
            out.push(' ');
        }
        Node::Sign(text, _) | Node::Words(text) | Node::Operator { text, .. } => out.push_str(text),
        Node::Fraction { over, under, line } => {
            part(over, out);
            out.push(if *line { '/' } else { ' ' });
            part(under, out);
        }
        Node::Root { index, of } => {
            match index.as_deref().map(plain).as_deref() {
                None => out.push('√'),
                Some("3") => out.push('∛'),
                Some("4") => out.push('∜'),
                Some(index) => {
                    out.push_str(&raised(index).unwrap_or_else(|| format!("{index}.")));
                    out.push('√');
                }
            }
            // The root goes over the power.
            if matches!(**of, Node::Scripts { .. }) {
                out.push_str(&format!("({})", plain(of)));
            } else {
                part(of, out);
            }
        }
        Node::Scripts { base, sub, sup } | Node::Stack { base, under: sub, over: sup } => {
            if matches!(**base, Node::Fraction { .. }) {
                part(base, out);
            } else {
                write(base, out);
            }
            for (script, small, mark) in [(sub, lowered as fn(&str) -> Option<String>, '_'), (sup, raised, '^')] {
                let Some(script) = script else { continue };
                let text = plain(script);
                if let Some(small) = small(&text.replace(' ', "")) {
                    out.push_str(&small);
                } else {
                    out.push(mark);
                    bracketed(script, &text, out);
                }
            }
        }
        Node::Fence { left, inner, right } => {
            out.push_str(left);
            write(inner, out);
            out.push_str(right);
        }
        Node::Grid { rows, .. } => {
            let row = |cells: &Vec<Node>| cells.iter().map(plain).collect::<Vec<_>>().join(" ");
            out.push_str(&rows.iter().map(row).collect::<Vec<_>>().join("; "));
        }
        Node::Mark { mark, of } => {
            write(of, out);
            match mark {
                Mark::Accent('ˆ') => out.push('\u{302}'),
                Mark::Accent('˜') => out.push('\u{303}'),
                Mark::Accent('˙') => out.push('\u{307}'),
                Mark::Accent('¨') => out.push('\u{308}'),
                Mark::Accent(_) | Mark::LineOver => out.push('\u{305}'),
                Mark::ArrowOver => out.push('\u{20d7}'),
                Mark::LineUnder => out.push('\u{332}'),
                Mark::BraceOver | Mark::BraceUnder | Mark::Frame => {}
            }
        }
        Node::Space(width) => out.push_str(if *width > 0.2 { " " } else { "" }),
    }
}

/// Whether a sign behind `before` has nothing to its left: `-x` is not a difference.
fn opens(before: Option<&Node>) -> bool {
    match before {
        None => true,
        Some(Node::Sign(_, class)) => {
            matches!(class, Class::Binary | Class::Relation | Class::Open | Class::Comma)
        }
        Some(_) => false,
    }
}

/// In brackets where it is more than one thing.
fn part(node: &Node, out: &mut String) {
    bracketed(node, &plain(node), out);
}

fn bracketed(node: &Node, text: &str, out: &mut String) {
    let single =
        matches!(node, Node::Fence { .. }) || text.chars().all(|c| c.is_alphanumeric() || matches!(c, '∞' | '.'));
    let short = matches!(
        node,
        Node::Sign(..) | Node::Words(_) | Node::Operator { .. } | Node::Scripts { .. } | Node::Fence { .. }
    ) || text.chars().count() == 1
        || text.chars().all(|c| c.is_ascii_digit());
    if short && (single || !text.contains(' ')) {
        out.push_str(text);
    } else {
        out.push('(');
        out.push_str(text);
        out.push(')');
    }
}

fn small(text: &str, from: &str, to: &str) -> Option<String> {
    let one = |c: char| from.chars().position(|f| f == c).and_then(|at| to.chars().nth(at));
    text.chars().map(one).collect::<Option<String>>().filter(|text| !text.is_empty())
}

fn raised(text: &str) -> Option<String> {
    small(text, "0123456789+−=()ni′″∘", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ′″°")
}

fn lowered(text: &str) -> Option<String> {
    small(text, "0123456789+−=()aeoxhklmnpstij", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ")
}
