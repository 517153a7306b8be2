//! Scans a pickle without running it: which classes and functions it names, and how much it would build.
//!
//! candle's reader clones memoised objects, so a few hundred bytes ("remember, recall twice, put in a
//! tuple", sixty times over) would build more than any memory holds, and it takes memory for a text before it has
//! seen that the text is there. Both are counted out here first, on sizes instead of objects.
//! Opcodes: Python's `pickletools`.

use std::collections::HashMap;

/// What weights need. The functions rebuild tensors; the types are those of storages; the rest are plain containers
/// and what training tools leave beside the weights in well-known checkpoints. All of it is only ever read as a name.
const ALLOWED: [(&str, &str); 17] = [
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch._tensor", "_rebuild_from_type_v2"),
    ("torch", "Tensor"),
    ("torch.nn.parameter", "Parameter"),
    ("torch", "Size"),
    ("torch", "device"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
    ("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint"),
    ("pytorch_lightning.utilities.parsing", "AttributeDict"),
    ("argparse", "Namespace"),
];

/// Most objects that may be built, clones included.
const OBJECTS_MAX: u64 = 20_000_000;
/// Most objects inside each other: they are dropped by recursion.
const DEPTH_MAX: u32 = 200;
/// Names in a list of what is refused.
const NAMED_MAX: usize = 5;

fn allowed(module: &str, name: &str) -> bool {
    let storage = matches!(module, "torch" | "torch.cuda" | "torch.storage") && name.ends_with("Storage");
    let dtype = module == "torch" && ["float16", "float32", "float64", "bfloat16", "int64", "int32"].contains(&name);
    storage || dtype || ALLOWED.contains(&(module, name))
}

/// An object that would be on the machine's stack: how many objects it is made of, and how deep they lie.
#[derive(Clone, Copy)]
struct Size {
    objects: u64,
    depth: u32,
}

const ONE: Size = Size { objects: 1, depth: 1 };

#[derive(Default)]
struct Walk<'a> {
    rest: &'a [u8],
    /// `None` is a mark.
    stack: Vec<Option<Size>>,
    memo: HashMap<u32, Size>,
    /// All that was ever built.
    objects: u64,
    refused: Vec<String>,
}

type Checked<T> = Result<T, String>;

/// Refuses a pickle that is no plain dictionary of tensors. The reason is the middle of a sentence.
pub fn check(pickle: &[u8]) -> Checked<()> {
    let mut walk = Walk { rest: pickle, ..Walk::default() };
    while !walk.step()? {}
    if walk.refused.is_empty() {
        return Ok(());
    }
    let more = walk.refused.len().saturating_sub(NAMED_MAX);
    walk.refused.truncate(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(format!("its pickle calls {}{more}, which is code and not weights", walk.refused.join(", ")))
}

impl<'a> Walk<'a> {
    fn take(&mut self, n: usize) -> Checked<&'a [u8]> {
        let cut = || "its pickle was cut off".to_owned();
        let (taken, rest) = self.rest.split_at_checked(n).ok_or_else(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self, n: usize) -> Checked<u32> {
        Ok(self.take(n)?.iter().rev().fold(0, |all, &byte| all << 8 | u32::from(byte)))
    }

    fn line(&mut self) -> Checked<&'a str> {
        let end = self.rest.iter().position(|&b| b == b'\n').ok_or("its pickle was cut off")?;
        let line = self.take(end + 1)?;
        std::str::from_utf8(line[..end].trim_ascii_end()).map_err(|_| "its pickle names what is no text".to_owned())
    }

    fn push(&mut self, size: Size) -> Checked<()> {
        self.built(size)?;
        self.stack.push(Some(size));
        Ok(())
    }

    /// Counts objects that candle would make.
    fn built(&mut self, size: Size) -> Checked<()> {
        self.objects = self.objects.saturating_add(size.objects);
        if self.objects > OBJECTS_MAX {
            return Err(format!("its pickle would unfold to more than {OBJECTS_MAX} objects"));
        }
        if size.depth > DEPTH_MAX {
            return Err(format!("its pickle nests more than {DEPTH_MAX} deep"));
        }
        Ok(())
    }

    fn pop(&mut self) -> Checked<Size> {
        // A mark can be taken like any object; candle does so too.
        self.stack.pop().map(|top| top.unwrap_or(ONE)).ok_or_else(|| "its pickle is damaged (empty stack)".to_owned())
    }

    fn top(&mut self) -> Checked<&mut Size> {
        match self.stack.last_mut() {
            Some(Some(size)) => Ok(size),
            _ => Err("its pickle is damaged (empty stack)".to_owned()),
        }
    }

    /// Takes all down to the last mark, and sums them up.
    fn pop_to_mark(&mut self) -> Checked<Size> {
        let mut sum = Size { objects: 0, depth: 0 };
        loop {
            match self.stack.pop() {
                None => return Err("its pickle is damaged (no mark)".to_owned()),
                Some(None) => return Ok(sum),
                Some(Some(size)) => sum = join(sum, size),
            }
        }
    }

    /// Puts the `n` topmost into one new object.
    fn wrap(&mut self, n: usize) -> Checked<()> {
        let mut sum = Size { objects: 0, depth: 0 };
        for _ in 0..n {
            sum = join(sum, self.pop()?);
        }
        self.push_around(sum)
    }

    /// Its parts were counted when they were pushed.
    fn push_around(&mut self, inner: Size) -> Checked<()> {
        let size = Size { objects: inner.objects.saturating_add(1), depth: inner.depth + 1 };
        self.built(Size { objects: 1, ..size })?;
        self.stack.push(Some(size));
        Ok(())
    }

    /// Adds to the object on top.
    fn add(&mut self, inner: Size) -> Checked<()> {
        let top = self.top()?;
        top.objects = top.objects.saturating_add(inner.objects);
        top.depth = top.depth.max(inner.depth + 1);
        let depth = top.depth;
        self.built(Size { objects: 0, depth })
    }

    /// Remembering clones, in candle's reader.
    fn remember(&mut self, id: u32) -> Checked<()> {
        let size = *self.top()?;
        self.built(size)?;
        self.memo.insert(id, size);
        Ok(())
    }

    fn recall(&mut self, id: u32) -> Checked<()> {
        let size = *self.memo.get(&id).ok_or("its pickle is damaged (unknown memo)")?;
        self.push(size)
    }

    /// One opcode; `true` at the end.
    fn step(&mut self) -> Checked<bool> {
        let op = self.take(1)?[0];
        match op {
            0x80 => drop(self.take(1)?),
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                if !allowed(module, name) {
                    let full = format!("{module}.{name}");
                    if !self.refused.contains(&full) {
                        self.refused.push(full);
                    }
                }
                self.push(ONE)?;
            }
            b'K' => self.skip(1)?,
            b'M' => self.skip(2)?,
            b'J' => self.skip(4)?,
            b'G' => self.skip(8)?,
            b'X' => {
                let len = self.number(4)? as usize;
                self.skip(len)?;
            }
            0x8a => {
                let len = self.number(1)? as usize;
                if len > 8 {
                    return Err("its pickle holds a number of more than 64 bits".to_owned());
                }
                self.skip(len)?;
            }
            b'N' | 0x88 | 0x89 | b'}' | b']' | b')' => self.push(ONE)?,
            b'(' => self.stack.push(None),
            b't' | b'd' => {
                let inner = self.pop_to_mark()?;
                self.push_around(inner)?;
            }
            0x85 | b'Q' => self.wrap(1)?,
            0x86 | b'R' | b'b' | 0x81 => self.wrap(2)?,
            0x87 => self.wrap(3)?,
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.add(join(value, key))?;
            }
            b'a' => {
                let value = self.pop()?;
                self.add(value)?;
            }
            b'u' | b'e' => {
                let inner = self.pop_to_mark()?;
                self.add(inner)?;
            }
            b'q' => {
                let id = self.number(1)?;
                self.remember(id)?;
            }
            b'r' => {
                let id = self.number(4)?;
                self.remember(id)?;
            }
            b'h' => {
                let id = self.number(1)?;
                self.recall(id)?;
            }
            b'j' => {
                let id = self.number(4)?;
                self.recall(id)?;
            }
            b'.' => return Ok(true),
            other => return Err(format!("its pickle uses the opcode {other:#04x}, which is not read")),
        }
        Ok(false)
    }

    /// Pushes a value whose bytes need not be looked at.
    fn skip(&mut self, bytes: usize) -> Checked<()> {
        self.take(bytes)?;
        self.push(ONE)
    }
}

fn join(a: Size, b: Size) -> Size {
    Size { objects: a.objects.saturating_add(b.objects), depth: a.depth.max(b.depth) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_refused_by_their_names_before_anything_is_built() {
        let why = check(b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.").unwrap_err();
        assert!(why.contains("os.system"), "{why}");
        // The name is found although the rest is nonsense to candle.
        let why = check(b"\x80\x02cbuiltins\neval\ncposix\nsystem\n.").unwrap_err();
        assert!(why.contains("builtins.eval") && why.contains("posix.system"), "{why}");
        check(b"\x80\x02ccollections\nOrderedDict\n)R.").unwrap();
    }

    #[test]
    fn laughter_of_a_billion_is_counted_and_not_built() {
        // A list that holds itself twice, thirty times over.
        let mut bytes = b"\x80\x02]q\x00".to_vec();
        for i in 0..40_u8 {
            bytes.extend([b'h', i, b'h', i, 0x86, b'q', i + 1]);
        }
        bytes.push(b'.');
        assert!(check(&bytes).unwrap_err().contains("unfold"));
    }

    #[test]
    fn deep_nests_cut_texts_and_strange_opcodes() {
        let mut deep = b"\x80\x02)".to_vec();
        deep.extend(std::iter::repeat_n(0x85, 100_000));
        deep.push(b'.');
        assert!(check(&deep).unwrap_err().contains("deep"));
        assert!(check(b"\x80\x02X\xff\xff\xff\xffabc").unwrap_err().contains("cut off"));
        assert!(check(b"\x80\x04\x8c\x01a.").unwrap_err().contains("0x8c"));
        assert!(check(b"").unwrap_err().contains("cut off"));
        assert!(check(b"(u.").is_err() && check(b"t.").is_err() && check(b"h\x00.").is_err());
        assert!(check(b"\x8a\xff").is_err());
    }
}
