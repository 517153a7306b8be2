//! Reading a header that may be hostile: every count is checked against the bytes that are left before memory is taken
//! for it, so the largest allocation is a small multiple of what the file really holds.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::types;
use super::{Array, Tensor, Value};
use crate::domain::plural;

/// Why a header is refused, as the middle of a sentence.
pub type Parse<T> = Result<T, String>;

/// Bytes of a header that are kept. The largest seen (260,000 tokens with merges) take 20 MB.
const HEADER_MAX: u64 = 256 << 20;
/// Entries of the metadata, and tensors: a hundred times what the largest models have.
const COUNT_MAX: u64 = 1 << 16;
/// Elements of an array that is kept: ten times the largest vocabulary.
const ARRAY_MAX: u64 = 1 << 22;
/// Bytes of a string that is kept: chat templates reach 100 kB.
const STRING_MAX: u64 = 16 << 20;
/// Texts and arrays in an array that is passed over: they are looked at one by one.
const PASSED_MAX: u64 = 1 << 26;
/// `GGML_MAX_DIMS`.
const DIMS_MAX: u32 = 4;
/// Weights and metadata are placed on multiples of this where the file says nothing.
const ALIGNMENT: u64 = 32;

/// What a header says, before it is tied to a path.
#[derive(Debug, Default)]
pub struct Parsed {
    pub metadata: HashMap<String, Value>,
    pub tensors: HashMap<String, Tensor>,
}

/// Bytes in order, with the place and the end known.
struct ByteReader<R> {
    reader: R,
    at: u64,
    len: u64,
    /// Bytes that were passed over.
    skipped: u64,
}

impl<R: Read + Seek> ByteReader<R> {
    /// Fails where fewer than `bytes` bytes are left.
    fn need(&self, bytes: u64, what: &str) -> Parse<()> {
        if bytes > self.len - self.at {
            return Err(format!(
                "{what} needs {bytes} {} at byte {}, but the file ends at byte {}",
                plural(bytes as usize, "byte", "bytes"),
                self.at,
                self.len
            ));
        }
        if self.at - self.skipped + bytes > HEADER_MAX {
            return Err(format!("its header is longer than {HEADER_MAX} bytes"));
        }
        Ok(())
    }

    /// Skips bytes.
    fn skip(&mut self, bytes: u64, what: &str) -> Parse<()> {
        if bytes > self.len - self.at {
            return Err(format!(
                "{what} needs {bytes} {} at byte {}, but the file ends at byte {}",
                plural(bytes as usize, "byte", "bytes"),
                self.at,
                self.len
            ));
        }
        let step = i64::try_from(bytes).map_err(|e| format!("{what} is too large ({e})"))?;
        self.reader.seek_relative(step).map_err(|e| format!("reading stopped at byte {}: {e}", self.at))?;
        self.at += bytes;
        self.skipped += bytes;
        Ok(())
    }

    fn bytes<const N: usize>(&mut self, what: &str) -> Parse<[u8; N]> {
        self.need(N as u64, what)?;
        let mut buffer = [0; N];
        self.fill(&mut buffer)?;
        Ok(buffer)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Parse<()> {
        self.reader.read_exact(buffer).map_err(|e| format!("reading stopped at byte {}: {e}", self.at))?;
        self.at += buffer.len() as u64;
        Ok(())
    }

    fn u32(&mut self, what: &str) -> Parse<u32> {
        Ok(u32::from_le_bytes(self.bytes(what)?))
    }

    fn u64(&mut self, what: &str) -> Parse<u64> {
        Ok(u64::from_le_bytes(self.bytes(what)?))
    }

    /// A length, then as many bytes.
    fn string(&mut self, what: &str) -> Parse<String> {
        let len = self.u64(what)?;
        if len > STRING_MAX {
            return Err(format!("{what} claims a string of {len} bytes (at most {STRING_MAX} are read)"));
        }
        self.text(len, what)
    }

    /// A string of this many bytes. Invalid UTF-8 is replaced: names are only compared and shown.
    fn text(&mut self, len: u64, what: &str) -> Parse<String> {
        self.need(len, what)?;
        let mut buffer = vec![0; len as usize];
        self.fill(&mut buffer)?;
        Ok(match String::from_utf8(buffer) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        })
    }

    /// One whole number of the type `kind`.
    fn int(&mut self, kind: u32, what: &str) -> Parse<i128> {
        Ok(match kind {
            0 => u8::from_le_bytes(self.bytes(what)?).into(),
            1 => i8::from_le_bytes(self.bytes(what)?).into(),
            2 => u16::from_le_bytes(self.bytes(what)?).into(),
            3 => i16::from_le_bytes(self.bytes(what)?).into(),
            4 => self.u32(what)?.into(),
            5 => i32::from_le_bytes(self.bytes(what)?).into(),
            10 => self.u64(what)?.into(),
            11 => i64::from_le_bytes(self.bytes(what)?).into(),
            _ => return Err(format!("{what} has the unknown type {kind}")),
        })
    }

    /// A metadata value. What cannot be used is passed over and remembered as such: whoever asks for it gets an error, and
    /// what nobody asks for refuses no file.
    fn value(&mut self, what: &str) -> Parse<Value> {
        let kind = self.u32(what)?;
        Ok(match kind {
            6 => Value::Float(f32::from_le_bytes(self.bytes(what)?).into()),
            12 => Value::Float(f64::from_le_bytes(self.bytes(what)?)),
            7 => match self.bytes(what)? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                [other] => Value::Unusable(format!("{other}, where true or false belongs")),
            },
            8 => match self.u64(what)? {
                len @ ..=STRING_MAX => Value::Text(self.text(len, what)?),
                len => {
                    self.skip(len, what)?;
                    Value::Unusable(format!("a text of {len} bytes"))
                }
            },
            9 => self.array(what)?,
            _ => {
                let n = self.int(kind, what)?;
                i64::try_from(n).map_or_else(|_| Value::Unusable(format!("{n}, which is out of range")), Value::Int)
            }
        })
    }

    fn array(&mut self, what: &str) -> Parse<Value> {
        let kind = self.u32(what)?;
        let len = self.u64(what)?;
        let least = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8,
            9 => 12,
            _ => return Err(format!("{what} is an array of the unknown type {kind}")),
        };
        let name = if kind == 9 { "an array of arrays" } else { "an array" };
        if len.checked_mul(least).is_none_or(|bytes| bytes > self.len - self.at) {
            let (at, end) = (self.at, self.len);
            return Err(format!(
                "{what} claims {len} elements, as {name}, at byte {at}, but the file ends at byte {end}"
            ));
        }
        if len > ARRAY_MAX || kind == 9 {
            self.skip_array(kind, len, what)?;
            return Ok(Value::Unusable(format!("{name} of {len} elements")));
        }
        let len = len as usize;
        // What an element holds that cannot be used.
        let mut odd = None;
        let all = match kind {
            6 => Array::Floats(many(len, || Ok(f32::from_le_bytes(self.bytes(what)?)))?),
            12 => Array::Floats(many(len, || Ok(f64::from_le_bytes(self.bytes(what)?) as f32))?),
            7 => Array::Bools(many(len, || {
                let [byte] = self.bytes(what)?;
                if byte > 1 {
                    odd = Some(format!("{byte}, where true or false belongs"));
                }
                Ok(byte == 1)
            })?),
            8 => Array::Texts(many(len, || match self.u64(what)? {
                len @ ..=STRING_MAX => self.text(len, what),
                len => {
                    odd = Some(format!("a text of {len} bytes"));
                    self.skip(len, what).map(|()| String::new())
                }
            })?),
            _ => Array::Ints(many(len, || {
                let n = self.int(kind, what)?;
                Ok(i64::try_from(n).unwrap_or_else(|_| {
                    odd = Some(format!("{n}, which is out of range"));
                    0
                }))
            })?),
        };
        Ok(odd.map_or(Value::Array(all), |odd| Value::Unusable(format!("an array with {odd}"))))
    }

    /// Passes over `len` elements of the type `kind`, arrays in arrays too, as deep as they go.
    fn skip_array(&mut self, kind: u32, len: u64, what: &str) -> Parse<()> {
        let mut open = vec![(kind, len)];
        let mut passed = 0;
        while let Some((kind, left)) = open.last_mut() {
            let kind = *kind;
            let size = match kind {
                0 | 1 | 7 => 1,
                2 | 3 => 2,
                4..=6 => 4,
                10..=12 => 8,
                8 | 9 if *left > 0 => {
                    *left -= 1;
                    passed += 1;
                    if passed > PASSED_MAX {
                        return Err(format!("{what} has more than {PASSED_MAX} elements"));
                    }
                    if kind == 8 {
                        let bytes = self.passing_u64(what)?;
                        self.skip(bytes, what)?;
                    } else {
                        let mut inner = [0; 4];
                        self.fill_skipped(&mut inner, what)?;
                        let len = self.passing_u64(what)?;
                        open.push((u32::from_le_bytes(inner), len));
                    }
                    continue;
                }
                8 | 9 => 0,
                _ => return Err(format!("{what} is an array of the unknown type {kind}")),
            };
            let bytes = left.checked_mul(size).ok_or_else(|| format!("{what} claims {left} elements"))?;
            open.pop();
            self.skip(bytes, what)?;
        }
        Ok(())
    }

    /// A number on the way over what is not kept.
    fn passing_u64(&mut self, what: &str) -> Parse<u64> {
        let mut bytes = [0; 8];
        self.fill_skipped(&mut bytes, what)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn fill_skipped(&mut self, buffer: &mut [u8], what: &str) -> Parse<()> {
        self.need(buffer.len() as u64, what)?;
        self.fill(buffer)?;
        self.skipped += buffer.len() as u64;
        Ok(())
    }

    /// One line of the table of tensors; its offset still counts from the start of the data.
    fn tensor(&mut self) -> Parse<(String, Tensor)> {
        let name = self.string("the name of a tensor")?;
        let what = format!("the tensor {name}");
        let dims = self.u32(&what)?;
        if dims == 0 || dims > DIMS_MAX {
            return Err(format!("{what} has {dims} dimensions (1 to {DIMS_MAX} are possible)"));
        }
        let mut shape = (0..dims)
            .map(|_| usize::try_from(self.u64(&what)?).map_err(|e| format!("{what} is too large ({e})")))
            .collect::<Parse<Vec<_>>>()?;
        let kind = self.u32(&what)?;
        let offset = self.u64(&what)?;
        let elements = shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d)).filter(|&n| n > 0);
        let elements = elements.ok_or_else(|| format!("{what} claims the impossible shape {shape:?}"))?;
        let bytes = match types::runnable(kind) {
            // Its size is not needed: a file with such a tensor is refused as a whole.
            None => 0,
            Some(dtype) => {
                let block = dtype.block_size();
                if !shape[0].is_multiple_of(block) {
                    let kind = types::name(kind);
                    return Err(format!("{what} has rows of {} values, but {kind} packs {block} at a time", shape[0]));
                }
                let bytes = (elements / block).checked_mul(dtype.type_size());
                bytes.ok_or_else(|| format!("{what} claims the impossible shape {shape:?}"))? as u64
            }
        };
        // GGUF names the fastest dimension first, candle last.
        shape.reverse();
        Ok((name, Tensor { shape, kind, file: 0, offset, bytes }))
    }
}

/// `len` values, for which the bytes are known to be there: memory for them is taken once.
fn many<T>(len: usize, mut next: impl FnMut() -> Parse<T>) -> Parse<Vec<T>> {
    let mut all = Vec::with_capacity(len);
    for _ in 0..len {
        all.push(next()?);
    }
    Ok(all)
}

/// Reads the header of a file of `len` bytes.
pub fn parse(reader: impl Read + Seek, len: u64) -> Parse<Parsed> {
    let (mut parsed, start, alignment) = table(reader, len)?;
    place(&mut parsed.tensors, start, alignment, len)?;
    Ok(parsed)
}

/// The length that the header promises of a file of which `len` bytes are here.
pub fn whole(reader: impl Read + Seek, len: u64) -> Parse<u64> {
    let (parsed, start, _) = table(reader, len)?;
    let end = |tensor: &Tensor| start.checked_add(tensor.offset).and_then(|at| at.checked_add(tensor.bytes));
    let ends: Option<Vec<u64>> = parsed.tensors.values().map(end).collect();
    ends.and_then(|ends| ends.into_iter().max()).ok_or_else(|| "it has no tensors".to_owned())
}

/// The header with offsets that count from where the data starts; where that is, and its alignment.
fn table(reader: impl Read + Seek, len: u64) -> Parse<(Parsed, u64, u64)> {
    if len == 0 {
        return Err("it is empty (0 bytes)".to_owned());
    }
    let mut source = ByteReader { reader, at: 0, len, skipped: 0 };
    let magic: [u8; 4] = source.bytes("the magic number")?;
    if &magic != b"GGUF" {
        let shown: String = magic.iter().map(|b| format!("{b:02x}")).collect();
        return Err(format!("it does not begin with GGUF (but with the bytes {shown})"));
    }
    let version = source.u32("the version")?;
    match version {
        2 | 3 => {}
        0x0200_0000 | 0x0300_0000 => return Err("it was written for a big-endian machine".to_owned()),
        _ => return Err(format!("it has version {version} of GGUF (2 and 3 can be read)")),
    }
    let tensor_count = source.u64("the number of tensors")?;
    let entry_count = source.u64("the number of metadata entries")?;
    // A tensor takes at least 8 (name) + 4 + 8 (one dimension) + 4 + 8 bytes, an entry 8 + 4 + 1.
    let left = source.len - source.at;
    for (count, least, what) in [(tensor_count, 32, "tensors"), (entry_count, 13, "metadata entries")] {
        if count > COUNT_MAX || count.saturating_mul(least) > left {
            return Err(format!("its header claims {count} {what}, but the file has only {len} bytes"));
        }
    }

    let mut metadata = HashMap::with_capacity(entry_count as usize);
    for _ in 0..entry_count {
        let key = source.string("a metadata key")?;
        let value = source.value(&key)?;
        if metadata.insert(key.clone(), value).is_some() {
            return Err(format!("the metadata entry {key} is there twice"));
        }
    }
    let mut tensors = HashMap::with_capacity(tensor_count as usize);
    for _ in 0..tensor_count {
        let (name, tensor) = source.tensor()?;
        if tensors.insert(name.clone(), tensor).is_some() {
            return Err(format!("the tensor {name} is there twice"));
        }
    }

    let alignment = match metadata.get("general.alignment") {
        None => ALIGNMENT,
        Some(Value::Int(n)) if (8..=1 << 20).contains(n) && (*n as u64).is_power_of_two() => *n as u64,
        Some(other) => return Err(format!("general.alignment is {other:?}")),
    };
    Ok((Parsed { metadata, tensors }, source.at.next_multiple_of(alignment), alignment))
}

/// Turns offsets into places in the file; each tensor must be inside the file and not overlap others.
fn place(tensors: &mut HashMap<String, Tensor>, start: u64, alignment: u64, len: u64) -> Parse<()> {
    let mut spans = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors.iter_mut() {
        if !tensor.offset.is_multiple_of(alignment) {
            return Err(format!("the tensor {name} begins at {}, not at a multiple of {alignment}", tensor.offset));
        }
        let end = start.checked_add(tensor.offset).and_then(|at| at.checked_add(tensor.bytes));
        match end {
            Some(end) if end <= len => {}
            _ => {
                return Err(format!(
                    "the tensor {name} should take {} bytes from byte {}, but the file ends at byte {len}: it was cut off",
                    tensor.bytes,
                    start.saturating_add(tensor.offset)
                ));
            }
        }
        tensor.offset += start;
        spans.push((tensor.offset, tensor.offset + tensor.bytes, name));
    }
    spans.sort_unstable();
    match spans.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => Err(format!("the tensors {} and {} overlap", pair[0].2, pair[1].2)),
        None => Ok(()),
    }
}
