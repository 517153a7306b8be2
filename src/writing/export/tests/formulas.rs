//! Formulas in each format, and what is none.

use super::super::*;
use super::{part, say, turns};
use crate::domain::{Manner, Role};
use crate::lang::Lang;

#[test]
fn formulas_go_out_as_they_came_in() {
    let formulas = [
        "\\(a_1 * b_2 \\\\ c\\)",
        "\\[ \\int_0^1 x\\,dx = \\frac{1}{2} \\]",
        "\\[x\\]",
        "$a_1 * b_2 * c$",
        "$$\\sum_{i=1}^n i_2 *x* $$",
        "\\begin{align*}a &= b_1 \\\\ c &= _d_\\end{align*}",
        "$\\{x \\mid x < 1\\}$",
        "\\(\\|x\\|\\)",
    ];
    let block = "\\[\n  \\begin{pmatrix}\n    a & b \\\\\n    = & d\n  \\end{pmatrix}\n- 1\n\\]";
    let mut text: String = formulas.iter().map(|formula| format!("So {formula}, *then*.\n\n")).collect();
    text.push_str(&format!(
        "{block}\n\n# Of \\(x_1\\)\n\n- in $y_1$ _it_\n\n| a | b |\n|---|---|\n| \\(x_1\\) | 2 |\n\n"
    ));
    text.push_str("> \\[\n> q_1 _r_\n> \\]\n");
    let messages = [say(Role::Assistant, &text)];
    let document = Document::from_turns("T", "", &turns(&messages), &[], &Manner::default(), Lang::En);
    let html = to_html(&document).replace("&amp;", "&").replace("&lt;", "<").replace("<br>", "\n");
    let docx = String::from_utf8(part(&to_docx(&document).unwrap(), "word/document.xml")).unwrap();
    let docx = docx.replace("<w:br/>", "\n").replace("</w:t>", "").replace("<w:t xml:space=\"preserve\">", "");
    let docx = docx.replace("&amp;", "&").replace("&lt;", "<");
    for (name, out) in [("text", to_plain_text(&document)), ("HTML", html), ("DOCX", docx)] {
        for formula in formulas.iter().chain([&block, &"\\(x_1\\)", &"$y_1$", &"_r_"]) {
            assert!(out.contains(formula), "{name}: {formula}\n{out}");
        }
        assert!(!out.contains("*then*") && !out.contains("_it_"), "{name}: the rest is Markdown");
    }
    assert!(to_markdown(&document).contains(text.trim_end()));
}

#[test]
fn what_is_no_formula_is_markdown_as_before() {
    let shown = |text: &str| to_plain_text(&Document::from_markdown("", text, Lang::En)).trim().to_owned();
    for (text, want) in [
        ("It costs $5 and *not* $10.", "It costs $5 and not $10."),
        ("\\[A note.\\] and \\(open", "[A note.] and (open"),
        ("`\\(x_1\\)` and `$a_1$`", "\\(x_1\\) and $a_1$"),
        ("    echo $a_1$b", "    echo $a_1$b"),
        ("\\\\(*x*\\\\)", "\\(x\\)"),
        ("\\$a *b* c$", "$a b c$"),
        ("$a\n\nb$", "$a\n\nb$"),
        ("<https://x.org/$a_1$>", "https://x.org/$a_1$"),
    ] {
        assert_eq!(shown(text), want.trim(), "{text}");
    }
    let started = std::time::Instant::now();
    for part in ["\\(", "\\[ ", "$", "$$ ", "$a ", "\\begin{a}", "\\[a \\(b $c", "\\(x\\) ", "$x$\n"] {
        let text = part.repeat(300_000 / part.len());
        let _ = Document::from_markdown("", &text, Lang::En);
        let _ = Document::from_markdown("", &(text + "\\] $ \\)"), Lang::En);
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
