//! The meaning of LaTeX's commands.

use super::{Class, Node};

/// Signs by their name.
const SIGNS: &[(Class, &str)] = &[
    (
        Class::Letter,
        "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ \
         mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ \
         psi ψ omega ω ell ℓ imath ı jmath ȷ",
    ),
    (
        Class::Upright,
        "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇ \
         forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ neg ¬ lnot ¬ hbar ℏ Re ℜ Im ℑ wp ℘ aleph ℵ beth ℶ \
         angle ∠ measuredangle ∡ triangle △ square □ blacksquare ■ checkmark ✓ top ⊤ bot ⊥ prime ′ degree ° dots … \
         ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ dotsm ⋯ dotso … clubsuit ♣ diamondsuit ♢ heartsuit ♡ \
         spadesuit ♠ flat ♭ natural ♮ sharp ♯ backslash ∖ therefore ∴ because ∵ surd √ pounds £ S § P ¶ copyright ©",
    ),
    (
        Class::Binary,
        "pm ± mp ∓ times × div ÷ cdot ⋅ ast ∗ star ⋆ circ ∘ bullet ∙ cap ∩ cup ∪ sqcap ⊓ sqcup ⊔ vee ∨ lor ∨ wedge ∧ \
         land ∧ setminus ∖ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ uplus ⊎ amalg ⨿ wr ≀ diamond ⋄ dagger † ddagger ‡ \
         triangleleft ◃ triangleright ▹ bmod mod",
    ),
    (
        Class::Relation,
        "le ≤ leq ≤ ge ≥ geq ≥ leqslant ⩽ geqslant ⩾ ne ≠ neq ≠ ll ≪ gg ≫ lt < gt > equiv ≡ approx ≈ approxeq ≊ cong ≅ \
         sim ∼ simeq ≃ propto ∝ doteq ≐ asymp ≍ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ \
         supsetneq ⊋ nsubseteq ⊈ sqsubseteq ⊑ sqsupseteq ⊒ perp ⊥ parallel ∥ nparallel ∦ mid ∣ nmid ∤ vdash ⊢ dashv ⊣ \
         models ⊨ vDash ⊨ prec ≺ succ ≻ preceq ⪯ succeq ⪰ triangleq ≜ coloneqq := lesssim ≲ gtrsim ≳ bowtie ⋈ to → \
         rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ implies ⟹ \
         impliedby ⟸ iff ⟺ mapsto ↦ longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷ Longrightarrow ⟹ \
         Longleftarrow ⟸ Longleftrightarrow ⟺ longmapsto ⟼ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ \
         nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ \
         rightleftharpoons ⇌ leftrightharpoons ⇋ leadsto ⇝ colon :",
    ),
    (Class::Open, "lbrace { lbrack [ langle ⟨ lceil ⌈ lfloor ⌊ lvert ∣ lVert ∥ lparen ( lgroup ⟮"),
    (Class::Close, "rbrace } rbrack ] rangle ⟩ rceil ⌉ rfloor ⌋ rvert ∣ rVert ∥ rparen ) rgroup ⟯"),
    (Class::Upright, "vert ∣ Vert ∥"),
];

/// Operators that are signs: with bounds above and below, and beside.
const SUMS: &str = "sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ bigvee ⋁ bigwedge ⋀ \
                    biguplus ⨄ bigsqcup ⨆";
const INTEGRALS: &str = "int ∫ iint ∬ iiint ∭ oint ∮";

/// Operators that are words: with bounds below, and beside.
const LIMITS: &[&str] =
    &["lim", "limsup", "liminf", "max", "min", "sup", "inf", "det", "gcd", "lcm", "Pr", "argmax", "argmin"];
const FUNCTIONS: &[&str] = &[
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "coth", "exp",
    "ln", "log", "lg", "arg", "deg", "dim", "hom", "ker", "rank", "tr", "sgn", "sign", "mod",
];

/// Accents by their command.
const ACCENTS: &str =
    "hat ˆ widehat ˆ tilde ˜ widetilde ˜ bar ˉ dot ˙ ddot ¨ check ˇ breve ˘ acute ˊ grave ˋ mathring ˚";

fn find(table: &'static str, name: &str) -> Option<&'static str> {
    let mut words = table.split_ascii_whitespace();
    while let (Some(key), Some(sign)) = (words.next(), words.next()) {
        if key == name {
            return Some(sign);
        }
    }
    None
}

/// The sign or operator of a command without arguments.
pub(super) fn command(name: &str) -> Option<Node> {
    let operator = |text: &str, big, limits| Some(Node::Operator { text: text.to_owned(), big, limits });
    if let Some(sign) = find(SUMS, name) {
        return operator(sign, true, true);
    }
    if let Some(sign) = find(INTEGRALS, name) {
        return operator(sign, true, false);
    }
    if LIMITS.contains(&name) {
        let spoken = match name {
            "limsup" => "lim sup",
            "liminf" => "lim inf",
            "argmax" => "arg max",
            "argmin" => "arg min",
            name => name,
        };
        return operator(spoken, false, true);
    }
    if FUNCTIONS.contains(&name) {
        return operator(name, false, false);
    }
    SIGNS.iter().find_map(|(class, table)| Some(Node::Sign(find(table, name)?.to_owned(), *class)))
}

pub(super) fn accent(name: &str) -> Option<char> {
    find(ACCENTS, name)?.chars().next()
}

/// A letter of the keyboard in a formula.
pub(super) fn letter(c: char) -> Node {
    let (sign, class) = match c {
        '-' => ('−', Class::Binary),
        '*' => ('∗', Class::Binary),
        '+' => (c, Class::Binary),
        '=' | '<' | '>' | ':' | '≤' | '≥' | '≠' | '≈' | '→' | '∈' | '≡' | '⇒' => (c, Class::Relation),
        '±' | '×' | '÷' | '·' | '∩' | '∪' => (c, Class::Binary),
        '(' | '[' => (c, Class::Open),
        ')' | ']' => (c, Class::Close),
        ',' | ';' => (c, Class::Comma),
        '|' => ('∣', Class::Upright),
        c if c.is_alphabetic() && (c.is_ascii() || ('α'..='ω').contains(&c)) => (c, Class::Letter),
        c => (c, Class::Upright),
    };
    Node::Sign(sign.to_string(), class)
}

/// The letter with a double stroke.
pub(super) fn double_struck(c: char) -> Option<char> {
    match c {
        'C' => Some('ℂ'),
        'H' => Some('ℍ'),
        'N' => Some('ℕ'),
        'P' => Some('ℙ'),
        'Q' => Some('ℚ'),
        'R' => Some('ℝ'),
        'Z' => Some('ℤ'),
        'A'..='Z' => char::from_u32(0x1D538 + (c as u32 - 'A' as u32)),
        _ => None,
    }
}

/// The plain letter of one with a double stroke.
pub fn single_struck(c: char) -> Option<char> {
    ('A'..='Z').find(|plain| double_struck(*plain) == Some(c))
}

/// The relation whose opposite `sign` is, where a stroke through it is drawn.
pub fn stroked(sign: &str) -> Option<&'static str> {
    find("∉ ∈ ∌ ∋ ≢ ≡ ≉ ≈ ⊄ ⊂ ⊅ ⊃", sign)
}

/// What a relation is when it does not hold.
pub(super) fn negated(sign: &str) -> Option<&'static str> {
    let table = "= ≠ ∈ ∉ ∋ ∌ < ≮ > ≯ ≤ ≰ ≥ ≱ ≡ ≢ ≈ ≉ ∼ ≁ ⊂ ⊄ ⊃ ⊅ ⊆ ⊈ ⊇ ⊉ ∃ ∄ ∣ ∤ ∥ ∦";
    find(table, sign)
}
