//! Answers with everything that Markdown has.

use aigc_studio::domain::Theme;
use aigc_studio::lang::Lang;
use aigc_studio::state::AppState;

use super::*;

pub const TEXTS: [(&str, &str); 3] = [("blocks", BLOCKS), ("formulas", FORMULAS), ("chinese", CHINESE)];

const BLOCKS: &str = "# A heading\n\nWords that are **bold**, *slanted*, ~~gone~~ and `code`, with \
    [a link](https://example.org/a/rather/long/path) and an address that is longer than the line: \
    https://example.org/one/two/three/four/five/six/seven/eight/nine/ten/eleven/twelve/thirteen/fourteen/fifteen\n\
    A line of its own.\n\n- one\n- two\n  1. first\n  2. second\n- [x] done\n- [ ] to do\n\n> A quotation of some length.\n\n\
    | Fruit | Price | Taste |\n|:--|--:|:-:|\n| Apple | 1.20 | sweet |\n| Lemon, of which there are many kinds in the south \
    | 10.00 | **sour** |\n\n```rust\nfn main() {\n    println!(\"a line that is much longer than the page is wide, so that \
    it must scroll sideways and does not wrap at all\");\n}\n```\n\n---\n\nEmoji: 👨‍👩‍👧‍👦 🇫🇷 👍🏽 ❤️ 😀 🏳️‍🌈 1️⃣ end.";

const FORMULAS: &str = "The roots of \\(ax^2 + bx + c = 0\\) are\n\\[ x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a} \\]\nand \
    with $\\frac{1}{2}$ in a line of text, $\\alpha_1 \\le \\beta^{n+1}$ too. Sums:\n\n$$\\sum_{i=1}^{n} i = \
    \\frac{n(n+1)}{2}, \\qquad \\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}, \\qquad \\lim_{x \\to 0} \
    \\frac{\\sin x}{x} = 1$$\n\n\\[ A = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}, \\quad |x| = \\begin{cases} x & \
    \\text{if } x \\ge 0 \\\\ -x & \\text{otherwise} \\end{cases}, \\quad \\hat{y} = \\vec{v} \\cdot \\overline{z}, \\quad \
    \\sqrt[3]{8} \\in \\mathbb{N} \\]\n\n\\begin{align} f(x) &= (x+1)^2 \\\\ &= x^2 + 2x + 1 \\end{align}\n\nIt costs \\$5, \
    or $6 for two. $$\\left( \\frac{a}{b} \\right)^n \\quad \\underbrace{a + b}_{c} \\quad \\boxed{E = mc^2}$$\n\n- In a \
    list: \\(\\Delta = b^2\\)\n- 勾股定理：\\(a^2+b^2=c^2\\)";

const CHINESE: &str = "## 潮汐\n\n老师说：“月亮像一块‘磁铁’，吸引着海水……”学生问：“Really?” It’s a “quoted” word.\n\n\
    **加粗**、*斜体*和`代码`。\n\n| 名称 | 数量 |\n|:-:|--:|\n| 苹果 | 12 |\n| 一个很长很长的名称，用来看看表格如何换行 | 3 |\n\n\
    1. 第一步\n2. 第二步\n\n- [x] 完成\n- [ ] 未完成\n\n设 $x_1$ 为解，则 \\[ S = \\frac{\\text{底} \\times \\text{高}}{2} \\]";

/// A chat whose answer is `text`.
pub fn write_prose(lang: Lang, theme: Theme, text: &str) -> AppState {
    let mut state = write_chat(lang, theme);
    let mut answer = state.write.open.turns[1].clone();
    answer.message.content = text.to_owned();
    state.write.open.turns = vec![answer];
    state
}
