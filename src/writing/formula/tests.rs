use super::{Node, inside, plain, read};

fn said(source: &str) -> String {
    plain(&read(source))
}

#[test]
fn formulas_are_said_in_a_line() {
    for (source, wanted) in [
        (r"\frac{a+b}{2}", "(a + b)/2"),
        (r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}", "x = (−b ± √(b² − 4ac))/(2a)"),
        (r"\sum_{i=1}^{n} i^2", "∑ᵢ₌₁ⁿ i²"),
        (r"\int_0^\infty e^{-x}\,dx = 1", "∫₀^∞ e^(−x)dx = 1"),
        (r"\lim_{x\to 0}\frac{\sin x}{x}", "lim_(x → 0) (sin x)/x"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1 2; 3 4)"),
        (r"|x| = \begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}", "∣x∣ = {x x ≥ 0; −x x < 0"),
        (r"\sqrt[3]{8} = 2", "∛8 = 2"),
        (r"\forall \epsilon > 0\; \exists \delta", "∀ϵ > 0 ∃δ"),
        (r"x \in \mathbb{R}, x \not= 0", "x ∈ ℝ, x ≠ 0"),
        (r"E = mc^2", "E = mc²"),
        (r"f'(x)", "f′(x)"),
        (r"\text{面积} = \pi r^2", "面积 = πr²"),
        (r"\left( \frac{1}{2} \right)^n", "(1/2)ⁿ"),
        (r"1{,}000 + 2,5", "1,000 + 2,5"),
        (r"\vec{v}\cdot\hat{n}", "v\u{20d7} ⋅ n\u{302}"),
        (r"\operatorname{Var}(X)", "Var(X)"),
        (r"\unheard{x}", r"\unheardx"),
        (r"x^23", "x²3"),
    ] {
        assert_eq!(said(source), wanted, "{source}");
    }
}

#[test]
fn half_a_formula_is_read_as_far_as_it_goes() {
    assert_eq!(said(r"\frac{a}{b"), "a/b");
    assert_eq!(said(r"\frac{a}"), "a/");
    assert_eq!(said(r"\sqrt{x^"), "√(x^)");
    assert_eq!(said(r"\left( x"), "(x");
    assert_eq!(said(r"\begin{bmatrix} 1 & 2 \\ 3"), "[1 2; 3]");
    let whole =
        r"\left\{\begin{cases}\sum_{i}^{n}\frac{\sqrt[3]{x}}{\text{a b}}&\overbrace{y}^{z}\\\vec v'\end{cases}\right]";
    for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        read(&whole[..end]);
    }
}

#[test]
fn lines_and_environments_are_grids() {
    let rows = |source: &str| match read(source) {
        Node::Grid { rows, .. } => rows.iter().map(Vec::len).collect::<Vec<_>>(),
        node => panic!("{source}: {node:?}"),
    };
    assert_eq!(rows(r"a &= b \\ &= c"), [2, 2]);
    assert_eq!(rows(r"\begin{align*} a &= b \\[4pt] &= c \\ \end{align*}"), [2, 2]);
    assert!(!matches!(read(r"\begin{equation} x = 1 \end{equation}"), Node::Grid { .. }));
}

#[test]
fn deep_nesting_ends() {
    for open in ["{", "\\frac{", "\\sqrt{", "\\left(", "\\begin{matrix}", "^", "\\hat", "\\overset"] {
        read(&open.repeat(700));
    }
}

#[test]
fn delimiters_say_whether_a_formula_has_its_own_line() {
    assert_eq!(inside(r"\( x \)"), (" x ", false));
    assert_eq!(inside("$x$"), ("x", false));
    assert_eq!(inside("$$\nx\n$$"), ("\nx\n", true));
    assert_eq!(inside(r"\[x\]"), ("x", true));
    assert_eq!(inside(r"\begin{align}x\end{align}"), (r"\begin{align}x\end{align}", true));
}
