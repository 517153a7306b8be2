//! Iterates over the chunks of a PNG file. Their contents are for the caller to read.

use std::io::{BufRead, Read, Result, Seek, SeekFrom};
use std::ops::Range;

/// What every PNG begins with.
pub const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Most chunks that are read of one file; normal files have a few hundred.
const MAX_CHUNKS: usize = 100_000;
/// Bytes of a chunk's length and kind before its body, and of the checksum after it.
const BEFORE: u64 = 8;
const AFTER: u64 = 4;

/// A chunk's kind and place. The checksum is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub kind: [u8; 4],
    /// Bytes of its body, as the file says: it may end before that.
    pub length: u32,
    /// Where it begins in the file.
    at: u64,
}

impl Chunk {
    /// The bytes of the whole chunk among those of the file, checksum included; `None` where it is cut.
    pub fn whole<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        file.get(range(self.at, BEFORE + u64::from(self.length) + AFTER)?)
    }

    /// Those of its body.
    pub fn body<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        file.get(range(self.at + BEFORE, self.length.into())?)
    }
}

fn range(at: u64, length: u64) -> Option<Range<usize>> {
    Some(usize::try_from(at).ok()?..usize::try_from(at + length).ok()?)
}

/// Walks the chunks of a file. It ends where the file ends, and after very many chunks; `IEND` is a chunk as any other.
pub struct Chunks<R> {
    file: R,
    /// Where the file is read now, and where the next chunk begins.
    at: u64,
    next: u64,
    left: usize,
}

impl<R: BufRead + Seek> Chunks<R> {
    /// `None` where `file` is no PNG.
    pub fn new(mut file: R) -> Option<Self> {
        let mut signature = [0; SIGNATURE.len()];
        file.read_exact(&mut signature).ok()?;
        let at = SIGNATURE.len() as u64;
        (signature == *SIGNATURE).then_some(Self { file, at, next: at, left: MAX_CHUNKS })
    }

    /// The body of the chunk that was walked to last, as much of it as there is. The caller has looked at its length.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&mut self, chunk: &Chunk) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        let read = Read::take(&mut self.file, chunk.length.into()).read_to_end(&mut body)?;
        self.at += read as u64;
        Ok(body)
    }

    /// Whether the file has more chunks than are read.
    pub fn is_endless(&self) -> bool {
        self.left == 0
    }

    /// Skips to the next chunk. Short skips stay inside the reader's buffer.
    fn skip(&mut self) -> Result<()> {
        let by = self.next.saturating_sub(self.at);
        if by <= self.file.fill_buf()?.len() as u64 {
            self.file.consume(by as usize);
        } else {
            // Two lengths of 32 bits.
            self.file.seek(SeekFrom::Current(by as i64))?;
        }
        self.at = self.next;
        Ok(())
    }
}

impl<R: BufRead + Seek> Iterator for Chunks<R> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        if self.is_endless() {
            return None;
        }
        self.skip().ok()?;
        let mut frame = [0; BEFORE as usize];
        self.file.read_exact(&mut frame).ok()?;
        let [a, b, c, d, kind @ ..] = frame;
        let chunk = Chunk { kind, length: u32::from_be_bytes([a, b, c, d]), at: self.at };
        self.at += BEFORE;
        self.next = self.at + u64::from(chunk.length) + AFTER;
        self.left -= 1;
        Some(chunk)
    }
}

/// Width and height by the body of `IHDR`.
pub fn size(ihdr: &[u8]) -> Option<(u32, u32)> {
    let (width, rest) = ihdr.split_first_chunk::<4>()?;
    let height = rest.first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        for (kind, body) in chunks {
            bytes.extend((body.len() as u32).to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(*body);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn chunks_come_in_order_whether_they_are_read_or_skipped() {
        let long = vec![7; 10_000];
        let bytes =
            file(&[(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 3, 8]), (b"IDAT", &long), (b"tEXt", b"a\0b"), (b"IEND", b"")]);
        let mut chunks = Chunks::new(std::io::BufReader::with_capacity(16, Cursor::new(&bytes))).unwrap();
        let first = chunks.next().unwrap();
        assert_eq!(size(&chunks.read(&first).unwrap()), Some((2, 3)));
        let rest: Vec<Chunk> = chunks.by_ref().collect();
        assert_eq!(rest.iter().map(|chunk| &chunk.kind).collect::<Vec<_>>(), [b"IDAT", b"tEXt", b"IEND"]);
        assert_eq!((rest[0].body(&bytes), rest[1].body(&bytes)), (Some(&long[..]), Some(&b"a\0b"[..])));
        assert_eq!(rest[1].whole(&bytes).unwrap().len(), 3 + 12);
        assert!(!chunks.is_endless());
    }

    #[test]
    fn what_is_cut_is_not_there_and_what_is_no_png_is_none() {
        let bytes = file(&[(b"IHDR", &[1; 13])]);
        let cut = &bytes[..bytes.len() - 5];
        let chunk = Chunks::new(Cursor::new(cut)).unwrap().next().unwrap();
        assert_eq!((chunk.length, chunk.body(cut), chunk.whole(cut)), (13, None, None));
        let mut lies = bytes[..8].to_vec();
        lies.extend([255, 255, 255, 255, b'I', b'D', b'A', b'T', 1, 2]);
        let mut chunks = Chunks::new(Cursor::new(&lies)).unwrap();
        let chunk = chunks.next().unwrap();
        assert_eq!((chunks.read(&chunk).unwrap(), chunk.body(&lies), chunks.next()), (vec![1, 2], None, None));
        assert!(Chunks::new(Cursor::new(b"GIF89a, and more")).is_none());
        assert!(Chunks::new(Cursor::new(&SIGNATURE[..4])).is_none());
    }

    #[test]
    fn a_file_of_nothing_but_chunks_ends() {
        let one = file(&[(b"teST", b"")])[8..].to_vec();
        let bytes = [&SIGNATURE[..], &one.repeat(MAX_CHUNKS + 1)].concat();
        let mut chunks = Chunks::new(Cursor::new(&bytes)).unwrap();
        assert_eq!(chunks.by_ref().count(), MAX_CHUNKS);
        assert!(chunks.is_endless());
    }
}
