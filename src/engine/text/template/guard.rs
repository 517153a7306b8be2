//! Puts the bounds into a template, before it is compiled.
//!
//! minijinja's fuel pays for instructions and for most bytes, but its operators know no bound of their own: lists grow
//! by `+`, `*` and by holding each other twice, and whatever looks at such a list (`==`, `|string`, a key) works until
//! the end of days or of the stack. So each expression that can make a container, and each operand that is looked
//! into, is passed through a function of ours ([`bounds`](super::bounds)): the tree is copied with those calls in it.

use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    BinOp, BinOpKind, Block, Break, Call, CallArg, CallBlock, Compare, CompareOp, Const, Continue, Do, EmitExpr,
    EmitRaw, Expr, Filter, FilterBlock, ForLoop, GetAttr, GetItem, IfCond, IfExpr, List, Macro, Map, Set, SetBlock,
    Slice, Spanned, Stmt, Template, Test, Tuple, UnaryOp, UnaryOpKind, Var, WithBlock,
};
use minijinja::{Error, ErrorKind};

/// Names of our functions; no template can write them.
pub const HELD: &str = "(held)";
pub const KEPT: &str = "(kept)";

/// Filters that look at the outside of a container, or once at each item and charge for it. Templates use them once a
/// turn on all turns, where looking deeper would cost the square.
const SHALLOW: [&str; 18] = [
    "length",
    "count",
    "first",
    "last",
    "default",
    "d",
    "items",
    "attr",
    "list",
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "reverse",
    "batch",
    "slice",
    "tojson",
];

/// Tests that compare what they are given.
const DEEP_TESTS: [&str; 18] = [
    "eq",
    "equalto",
    "==",
    "ne",
    "!=",
    "lt",
    "lessthan",
    "<",
    "le",
    "<=",
    "gt",
    "greaterthan",
    ">",
    "ge",
    ">=",
    "in",
    "startingwith",
    "endingwith",
];

type Built<T> = Result<T, Error>;

/// The template with bounds in it. Parts that load other templates are refused: there are none.
pub fn guard<'a>(root: &Stmt<'a>) -> Built<Stmt<'a>> {
    stmt(root)
}

fn node<T>(inner: T, span: Span) -> Spanned<T> {
    Spanned::new(inner, span)
}

fn stmts<'a>(all: &[Stmt<'a>]) -> Built<Vec<Stmt<'a>>> {
    all.iter().map(stmt).collect()
}

fn stmt<'a>(old: &Stmt<'a>) -> Built<Stmt<'a>> {
    Ok(match old {
        Stmt::Template(s) => Stmt::Template(node(Template { children: stmts(&s.children)? }, s.span())),
        Stmt::EmitExpr(s) => Stmt::EmitExpr(node(EmitExpr { expr: looked_into(&s.expr)? }, s.span())),
        Stmt::EmitRaw(s) => Stmt::EmitRaw(node(EmitRaw { raw: s.raw }, s.span())),
        Stmt::ForLoop(s) => {
            let new = ForLoop {
                target: target(&s.target)?,
                iter: expr(&s.iter)?,
                filter_expr: option(s.filter_expr.as_ref())?,
                recursive: s.recursive,
                body: stmts(&s.body)?,
                else_body: stmts(&s.else_body)?,
            };
            Stmt::ForLoop(node(new, s.span()))
        }
        Stmt::IfCond(s) => {
            let new =
                IfCond { expr: expr(&s.expr)?, true_body: stmts(&s.true_body)?, false_body: stmts(&s.false_body)? };
            Stmt::IfCond(node(new, s.span()))
        }
        Stmt::WithBlock(s) => {
            stays(&s.body)?;
            let assignments = s.assignments.iter().map(|(to, what)| Ok((target(to)?, expr(what)?)));
            let new = WithBlock { assignments: assignments.collect::<Built<_>>()?, body: stmts(&s.body)? };
            Stmt::WithBlock(node(new, s.span()))
        }
        Stmt::Set(s) => {
            let value = expr(&s.expr)?;
            let value = if matches!(s.target, Expr::GetAttr(_)) { call(KEPT, value) } else { value };
            Stmt::Set(node(Set { target: target(&s.target)?, expr: value }, s.span()))
        }
        Stmt::SetBlock(s) => {
            stays(&s.body)?;
            let filter = s.filter.as_ref().map(bare).transpose()?;
            Stmt::SetBlock(node(SetBlock { target: target(&s.target)?, filter, body: stmts(&s.body)? }, s.span()))
        }
        // No prompt is HTML, and the engine panics where a loop is left from inside such a block.
        Stmt::AutoEscape(_) => {
            return Err(Error::new(ErrorKind::InvalidOperation, "it asks for its text to be escaped as HTML"));
        }
        Stmt::FilterBlock(s) => {
            stays(&s.body)?;
            let new = FilterBlock { filter: bare(&s.filter)?, filter_span: s.filter_span, body: stmts(&s.body)? };
            Stmt::FilterBlock(node(new, s.span()))
        }
        Stmt::Block(s) => {
            stays(&s.body)?;
            Stmt::Block(node(Block { name: s.name, required: s.required, body: stmts(&s.body)? }, s.span()))
        }
        Stmt::Macro(s) => Stmt::Macro(macro_of(s)?),
        Stmt::CallBlock(s) => {
            let new = CallBlock {
                call: call_of(&s.call)?,
                call_expr_span: s.call_expr_span,
                macro_decl: macro_of(&s.macro_decl)?,
            };
            Stmt::CallBlock(node(new, s.span()))
        }
        Stmt::Continue(s) => Stmt::Continue(node(Continue, s.span())),
        Stmt::Break(s) => Stmt::Break(node(Break, s.span())),
        Stmt::Do(s) => Stmt::Do(node(Do { call: call_of(&s.call)? }, s.span())),
        Stmt::Import(_) | Stmt::FromImport(_) | Stmt::Extends(_) | Stmt::Include(_) => {
            return Err(Error::new(ErrorKind::InvalidOperation, "it asks for another template, and there is none"));
        }
    })
}

fn macro_of<'a>(s: &Spanned<Macro<'a>>) -> Built<Spanned<Macro<'a>>> {
    stays(&s.body)?;
    let new = Macro {
        name: s.name,
        args: s.args.iter().map(target).collect::<Built<_>>()?,
        defaults: exprs(&s.defaults)?,
        body: stmts(&s.body)?,
    };
    Ok(node(new, s.span()))
}

/// Refuses a body that leaves a loop around it: the engine would panic, or lose the text that follows.
fn stays(body: &[Stmt<'_>]) -> Built<()> {
    fn leaves(one: &Stmt<'_>) -> bool {
        match one {
            Stmt::Break(_) | Stmt::Continue(_) => true,
            Stmt::IfCond(s) => s.true_body.iter().chain(&s.false_body).any(leaves),
            Stmt::ForLoop(s) => s.else_body.iter().any(leaves),
            _ => false,
        }
    }
    if body.iter().any(leaves) {
        return Err(Error::new(ErrorKind::InvalidOperation, "it leaves a loop from inside another block"));
    }
    Ok(())
}

fn exprs<'a>(all: &[Expr<'a>]) -> Built<Vec<Expr<'a>>> {
    all.iter().map(expr).collect()
}

fn option<'a>(old: Option<&Expr<'a>>) -> Built<Option<Expr<'a>>> {
    old.map(expr).transpose()
}

/// What is assigned to: names, attributes, and tuples of them.
fn target<'a>(old: &Expr<'a>) -> Built<Expr<'a>> {
    Ok(match old {
        Expr::List(e) => {
            let items = e.items.iter().map(target).collect::<Built<_>>()?;
            Expr::List(node(List { items }, e.span()))
        }
        Expr::Tuple(e) => {
            let items = e.items.iter().map(target).collect::<Built<_>>()?;
            Expr::Tuple(node(Tuple { items }, e.span()))
        }
        other => bare(other)?,
    })
}

/// The expression, through [`HELD`] where its value may be a container that did not exist before.
fn expr<'a>(old: &Expr<'a>) -> Built<Expr<'a>> {
    let new = bare(old)?;
    Ok(if grows(old) { call(HELD, new) } else { new })
}

/// The expression, through [`HELD`] unless its value is plain: something is about to look at all of it.
fn looked_into<'a>(old: &Expr<'a>) -> Built<Expr<'a>> {
    let new = bare(old)?;
    Ok(if plain(old) { new } else { call(HELD, new) })
}

fn call<'a>(name: &'static str, arg: Expr<'a>) -> Expr<'a> {
    let span = arg.span();
    let function = Expr::Var(node(Var { id: name }, span));
    Expr::Call(node(Call { expr: function, args: vec![CallArg::Pos(arg)] }, span))
}

/// Whether the expression can make a container, or a longer text.
fn grows(e: &Expr<'_>) -> bool {
    match e {
        Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) | Expr::Filter(_) | Expr::Call(_) | Expr::Slice(_) => true,
        Expr::BinOp(e) => matches!(e.op, BinOpKind::Add | BinOpKind::Mul | BinOpKind::Concat | BinOpKind::Rem),
        _ => false,
    }
}

/// Whether the expression's value is surely no container.
fn plain(e: &Expr<'_>) -> bool {
    match e {
        Expr::Const(_) | Expr::Compare(_) | Expr::Test(_) | Expr::UnaryOp(_) => true,
        Expr::BinOp(e) => {
            !matches!(e.op, BinOpKind::Add | BinOpKind::Mul | BinOpKind::Concat | BinOpKind::ScAnd | BinOpKind::ScOr)
        }
        _ => false,
    }
}

fn args<'a>(all: &[CallArg<'a>], each: fn(&Expr<'a>) -> Built<Expr<'a>>) -> Built<Vec<CallArg<'a>>> {
    let arg = |old: &CallArg<'a>| {
        Ok(match old {
            CallArg::Pos(e) => CallArg::Pos(each(e)?),
            CallArg::Kwarg(name, e) => CallArg::Kwarg(name, each(e)?),
            CallArg::PosSplat(e) => CallArg::PosSplat(each(e)?),
            CallArg::KwargSplat(e) => CallArg::KwargSplat(each(e)?),
        })
    };
    all.iter().map(arg).collect()
}

fn call_of<'a>(s: &Spanned<Call<'a>>) -> Built<Spanned<Call<'a>>> {
    // What is called stays as it is: the compiler tells functions, methods and blocks apart by it.
    let function = bare(&s.expr)?;
    let method = matches!(s.expr, Expr::GetAttr(_));
    let args = args(&s.args, if method { looked_into } else { expr })?;
    Ok(node(Call { expr: function, args }, s.span()))
}

/// The expression with bounds in its parts.
fn bare<'a>(old: &Expr<'a>) -> Built<Expr<'a>> {
    Ok(match old {
        Expr::Var(e) => Expr::Var(node(Var { id: e.id }, e.span())),
        Expr::Const(e) => Expr::Const(node(Const { value: e.value.clone() }, e.span())),
        Expr::Slice(e) => {
            let new = Slice {
                expr: expr(&e.expr)?,
                start: option(e.start.as_ref())?,
                stop: option(e.stop.as_ref())?,
                step: option(e.step.as_ref())?,
            };
            Expr::Slice(node(new, e.span()))
        }
        Expr::UnaryOp(e) => {
            let op = if matches!(e.op, UnaryOpKind::Not) { UnaryOpKind::Not } else { UnaryOpKind::Neg };
            Expr::UnaryOp(node(UnaryOp { op, expr: expr(&e.expr)? }, e.span()))
        }
        // Python's `'%s' % x` is the filter `format`.
        Expr::BinOp(e) if matches!((e.op, &e.left), (BinOpKind::Rem, Expr::Const(c)) if c.value.as_str().is_some()) => {
            let values = match &e.right {
                Expr::Tuple(tuple) => tuple.items.iter().map(looked_into).collect::<Built<Vec<_>>>()?,
                other => vec![looked_into(other)?],
            };
            let args = values.into_iter().map(CallArg::Pos).collect();
            Expr::Filter(node(Filter { name: "format", expr: Some(bare(&e.left)?), args }, e.span()))
        }
        Expr::BinOp(e) => {
            let part = match e.op {
                BinOpKind::Eq
                | BinOpKind::Ne
                | BinOpKind::Lt
                | BinOpKind::Lte
                | BinOpKind::Gt
                | BinOpKind::Gte
                | BinOpKind::In => looked_into,
                _ => expr,
            };
            Expr::BinOp(node(BinOp { op: e.op, left: part(&e.left)?, right: part(&e.right)? }, e.span()))
        }
        Expr::Compare(e) => {
            let ops = e.ops.iter().map(|o| Ok(CompareOp { op: o.op, expr: looked_into(&o.expr)? }));
            Expr::Compare(node(Compare { expr: looked_into(&e.expr)?, ops: ops.collect::<Built<_>>()? }, e.span()))
        }
        Expr::IfExpr(e) => {
            let new = IfExpr {
                test_expr: expr(&e.test_expr)?,
                true_expr: expr(&e.true_expr)?,
                false_expr: option(e.false_expr.as_ref())?,
            };
            Expr::IfExpr(node(new, e.span()))
        }
        Expr::Filter(e) => {
            let input = if SHALLOW.contains(&e.name) { expr } else { looked_into };
            let new = Filter {
                name: e.name,
                expr: e.expr.as_ref().map(input).transpose()?,
                args: args(&e.args, looked_into)?,
            };
            Expr::Filter(node(new, e.span()))
        }
        Expr::Test(e) => {
            let input = if DEEP_TESTS.contains(&e.name) { looked_into } else { expr };
            Expr::Test(node(Test { name: e.name, expr: input(&e.expr)?, args: args(&e.args, looked_into)? }, e.span()))
        }
        Expr::GetAttr(e) => Expr::GetAttr(node(GetAttr { expr: expr(&e.expr)?, name: e.name }, e.span())),
        Expr::GetItem(e) => {
            let new = GetItem { expr: expr(&e.expr)?, subscript_expr: looked_into(&e.subscript_expr)? };
            Expr::GetItem(node(new, e.span()))
        }
        Expr::Call(e) => Expr::Call(call_of(e)?),
        Expr::List(e) => Expr::List(node(List { items: exprs(&e.items)? }, e.span())),
        Expr::Tuple(e) => Expr::Tuple(node(Tuple { items: exprs(&e.items)? }, e.span())),
        Expr::Map(e) => Expr::Map(node(Map { keys: exprs(&e.keys)?, values: exprs(&e.values)? }, e.span())),
    })
}
