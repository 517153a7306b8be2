//! How large and how deep the values of a template may get, and how long its source.
//!
//! Whatever is larger is refused where it comes to be, so nothing that looks at a value later works for long, and
//! nothing overflows the stack.

use indexmap::IndexMap;
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use crate::lang::Both;

/// Longest source in bytes; the longest seen has 20 kB.
const SOURCE_MAX: usize = 1 << 20;
/// Most words and signs inside one `{{ }}` or `{% %}`, and most `elif`s: the compiler goes one call deeper for each.
const TAG_MAX: usize = 2048;
/// Bytes of one value beside a share for each byte of the conversation.
const VALUE_MAX: usize = 4 << 20;
const VALUE_SHARE: usize = 8;
/// A list inside a list inside a list. Values from JSON go 128 deep.
const DEPTH_MAX: usize = 192;
/// What a value takes beside its text.
const NODE: usize = 48;
/// Nodes that one unit of fuel pays for.
const NODES_A_UNIT: u64 = 32;
/// Most text that a template may make, beside a share for each byte of the conversation.
const OUTPUT_MAX: usize = 16 << 20;
const OUTPUT_SHARE: usize = 4;

/// The bounds for one conversation.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub value: usize,
    pub output: usize,
}

/// Which bound a template ran into, for a person.
pub enum Crossed {
    Value(usize),
    Output(usize),
    Depth,
    Source(usize),
    Tag,
    /// A namespace inside another value: it could come to hold itself.
    Live,
}

impl Crossed {
    /// The reason, for the error.
    pub fn told(&self) -> Both {
        match self {
            Self::Value(most) => {
                let mb = most >> 20;
                Both::new(format!("it builds a value of more than {mb} MB"), format!("它构造了超过 {mb} MB 的值"))
            }
            Self::Output(most) => {
                let mb = most >> 20;
                Both::new(format!("it writes more than {mb} MB"), format!("它输出了超过 {mb} MB 的文本"))
            }
            Self::Depth => Both::new(
                format!("it nests values more than {DEPTH_MAX} deep"),
                format!("它的值嵌套超过 {DEPTH_MAX} 层"),
            ),
            Self::Source(bytes) => Both::new(
                format!("it is {bytes} bytes long (at most {SOURCE_MAX} are read)"),
                format!("它长达 {bytes} 字节（最多读取 {SOURCE_MAX} 字节）"),
            ),
            Self::Tag => Both::new(
                format!("one of its tags, or a chain of elif, has more than {TAG_MAX} parts"),
                format!("它的某个标签或 elif 链超过 {TAG_MAX} 个部分"),
            ),
            Self::Live => Both::new("it keeps a namespace inside another value", "它把命名空间放进了另一个值里"),
        }
    }
}

/// Carries [`Crossed`] through the engine: its errors hold text only, so the marker is looked for among their sources.
#[derive(Debug)]
pub struct Marker(pub Both);

impl std::fmt::Display for Marker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl std::error::Error for Marker {}

impl From<Crossed> for Error {
    fn from(crossed: Crossed) -> Self {
        let told = crossed.told();
        Self::new(ErrorKind::InvalidOperation, told.en.clone()).with_source(Marker(told))
    }
}

impl Bounds {
    /// For a conversation of `bytes` bytes.
    pub fn of(bytes: usize) -> Self {
        Self {
            value: VALUE_MAX.saturating_add(bytes.saturating_mul(VALUE_SHARE)),
            output: OUTPUT_MAX.saturating_add(bytes.saturating_mul(OUTPUT_SHARE)),
        }
    }

    /// Refuses a source that the parser or the compiler could not take. What is not even made of words and signs is
    /// left to the parser, which says where.
    pub fn source(source: &str, syntax: SyntaxConfig) -> Result<(), Error> {
        if source.len() > SOURCE_MAX {
            return Err(Crossed::Source(source.len()).into());
        }
        let (mut parts, mut elifs, mut first) = (0, 0, false);
        for token in tokenize(source, false, syntax) {
            let Ok((token, _)) = token else { return Ok(()) };
            match token {
                Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd => parts = 0,
                Token::BlockStart | Token::VariableStart => {
                    first = true;
                    continue;
                }
                Token::Ident("elif") if first => elifs += 1,
                _ => parts += 1,
            }
            first = false;
            if parts > TAG_MAX || elifs > TAG_MAX {
                return Err(Crossed::Tag.into());
            }
        }
        Ok(())
    }

    /// The value itself, if it is within the bounds; what is lazy is worked out, so that it cannot pile up.
    pub fn held(self, state: &State, value: Value) -> Result<Value, Error> {
        if value.kind() == ValueKind::Iterable {
            let mut scale = Scale::new(self.value);
            let mut all = Vec::new();
            scale.take(NODE)?;
            for item in value.try_iter()?.checked() {
                let item = item?;
                scale.weigh(&item, 1)?;
                all.push(item);
            }
            scale.pay(state)?;
            return Ok(Value::from(all));
        }
        self.weigh(state, &value)?;
        Ok(value)
    }

    /// As [`held`](Self::held), for what a namespace is to keep. A namespace in it would make a ring.
    pub fn kept(self, state: &State, value: Value) -> Result<Value, Error> {
        if is_live(&value) {
            return Err(Crossed::Live.into());
        }
        self.held(state, value)
    }

    /// Refuses a value that is too large or too deep, and takes fuel for having looked.
    pub fn weigh(self, state: &State, value: &Value) -> Result<(), Error> {
        let mut scale = Scale::new(self.value);
        scale.weigh(value, 0)?;
        scale.pay(state)
    }
}

/// A map that is not a plain one: a namespace, a loop.
fn is_live(value: &Value) -> bool {
    let object = value.as_object();
    object.is_some_and(|o| o.repr() == ObjectRepr::Map && o.downcast_ref::<IndexMap<Value, Value>>().is_none())
}

/// Adds up a value, counting a part as often as it occurs.
struct Scale {
    most: usize,
    left: usize,
    nodes: u64,
}

impl Scale {
    fn new(most: usize) -> Self {
        Self { most, left: most, nodes: 0 }
    }

    fn take(&mut self, bytes: usize) -> Result<(), Error> {
        self.nodes += 1;
        self.left = self.left.checked_sub(bytes).ok_or_else(|| Error::from(Crossed::Value(self.most)))?;
        Ok(())
    }

    fn weigh(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.take(NODE.saturating_add(value.as_str().map_or(0, str::len)))?;
        let Some(object) = value.as_object() else { return Ok(()) };
        if depth == DEPTH_MAX {
            return Err(Crossed::Depth.into());
        }
        match object.repr() {
            ObjectRepr::Map => {
                if depth > 0 && is_live(value) {
                    return Err(Crossed::Live.into());
                }
                for key in value.try_iter()?.checked() {
                    let key = key?;
                    self.weigh(&value.get_item(&key)?, depth + 1)?;
                    self.weigh(&key, depth + 1)?;
                }
            }
            ObjectRepr::Seq | ObjectRepr::Iterable => {
                for item in value.try_iter()?.checked() {
                    self.weigh(&item?, depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn pay(&self, state: &State) -> Result<(), Error> {
        state.consume_fuel(self.nodes / NODES_A_UNIT)
    }
}
