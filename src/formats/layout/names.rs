//! Other names for tensors, and parts of tensors.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::error::Result;
use crate::formats::entry::{Arranged, Entry};
use crate::formats::file::bad;
use crate::formats::header::Header;
use crate::lang::both;

/// Tensors of one part of a file and their shapes, by their names behind the part's prefix.
pub type Tensors<'a> = BTreeMap<&'a str, &'a [usize]>;

/// Places of tensors, by diffusers' names.
pub type Names = BTreeMap<String, Place>;

/// A tensor of a file, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub cut: Cut,
}

/// What is taken of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    Whole,
    /// Of its first dimension.
    Rows(Range<usize>),
    /// All rows, the second half first: the authors' modulations shift first, diffusers' scale first.
    Swapped,
    /// A transposed matrix.
    Transposed,
    /// A 1x1 convolution, as a matrix.
    Matrix,
}

impl Place {
    pub fn whole(name: impl Into<String>) -> Self {
        Self { name: name.into(), cut: Cut::Whole }
    }

    /// Part `i` of `n` equal ones of a tensor with `rows` rows.
    pub fn part(name: impl Into<String>, rows: usize, i: usize, n: usize) -> Self {
        Self { name: name.into(), cut: Cut::Rows(rows / n * i..rows / n * (i + 1)) }
    }
}

/// A joined projection of queries, keys and values as three, by the names `to` with what is behind the point.
pub fn split_three(names: &mut Names, from: &str, shape: &[usize], to: [String; 3]) {
    let rows = shape.first().copied().unwrap_or(0);
    for (i, to) in to.into_iter().enumerate() {
        names.insert(to, Place::part(from, rows, i, 3));
    }
}

/// The rest of `name` behind one of `pairs`' first words, with the second in its place.
pub fn replace_start(name: &str, pairs: &[(&str, &str)]) -> Option<String> {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with('.');
    pairs.iter().find_map(|(from, to)| {
        let rest = name.strip_prefix(from)?;
        ends(rest).then(|| format!("{to}{rest}"))
    })
}

impl Header {
    /// The same tensors by other names, cut as [`Place`] says. What `names` does not name is left out.
    ///
    /// # Errors
    /// A tensor that cannot be cut so.
    pub fn renamed(&self, names: &Names) -> Result<Self> {
        let mut tensors = BTreeMap::new();
        for (name, place) in names {
            let Some(entry) = self.get(&place.name) else { continue };
            match cut(entry, &place.cut) {
                Some(entry) => {
                    tensors.insert(name.clone(), entry);
                }
                // What lies beside a joined matrix and is none of its parts.
                None if !is_weight(name) => {}
                None => {
                    let (shape, cut) = (&entry.shape, &place.cut);
                    return Err(bad(
                        self.path(),
                        both!(
                            "{} is {shape:?}, which cannot be cut to {cut:?}",
                            "{} 的形状 {shape:?} 无法切分为 {cut:?}",
                            place.name
                        ),
                    ));
                }
            }
        }
        Ok(Self { tensors, ..self.bare() })
    }
}

/// Whether a name is that of a network's tensor, and not of something that is kept beside it.
pub(super) fn is_weight(name: &str) -> bool {
    name.ends_with("weight") || name.ends_with("bias")
}

fn cut(entry: &Entry, cut: &Cut) -> Option<Entry> {
    let mut cut_entry = entry.clone();
    match cut {
        Cut::Whole => {}
        Cut::Rows(rows) => {
            let all = *entry.shape.first()?;
            if rows.end > all || rows.is_empty() {
                return None;
            }
            // How far a row lies behind the one before it, and what is no row's own: strided rows reach into others.
            let (each, shared) = match entry.strides.first() {
                Some(stride) => {
                    let each = stride * entry.dtype.size()?;
                    (each, entry.bytes.checked_sub(each * (all as u64 - 1))?)
                }
                // One behind the other; blocks of quantised ones do not reach into the next row.
                None => (entry.bytes / all as u64, entry.bytes / all as u64),
            };
            if entry.strides.is_empty() && each * all as u64 != entry.bytes {
                return None;
            }
            cut_entry.offset += each * rows.start as u64;
            cut_entry.bytes = each * (rows.len() as u64 - 1) + shared;
            cut_entry.shape[0] = rows.len();
            cut_entry.scale = cut_entry.scale.map(|scale| scale.from_row(rows.start));
        }
        Cut::Swapped => {
            if !entry.shape.first()?.is_multiple_of(2) {
                return None;
            }
            cut_entry.arranged = Arranged::HalvesSwapped;
        }
        Cut::Transposed => {
            if entry.shape.len() != 2 {
                return None;
            }
            cut_entry.shape.reverse();
            cut_entry.arranged = Arranged::Transposed;
        }
        Cut::Matrix => {
            if entry.shape.len() > 2 && entry.shape[2..].iter().any(|&n| n != 1) {
                return None;
            }
            cut_entry.shape.truncate(2);
            cut_entry.strides.truncate(2);
        }
    }
    Some(cut_entry)
}
