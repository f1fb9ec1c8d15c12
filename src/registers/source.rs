//! A register's file: its bytes, unpacked, and how far it has been read.
use flate2::bufread::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const BUFFER: usize = 128 << 10;

/// Why a file could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the file ends in the middle")]
    Truncated,
    #[error("an element is missing: a comma has nothing before it or after it")]
    MissingElement,
    #[error("the file is not a JSON array")]
    NotAnArray,
    #[error("something comes after the end of the array")]
    AfterTheEnd,
    #[error("the last line has no line end, so that the file is cut off")]
    NoLineEnd,
    #[error(
        "the file does not end in `#end;N` with the number of its lines, and may be cut off: fetch it again, or say --no-end-mark"
    )]
    NoEndMark,
    #[error(
        "the end mark says #end;{said}, and the file has {read} lines: fetch it again, or take the mark away and say --no-end-mark"
    )]
    WrongCount { said: u64, read: u64 },
    #[error(
        "the end mark is not `#end;N` with a number: mend it, or take it away and say --no-end-mark"
    )]
    BadEndMark,
    #[error(
        "lines come after the end mark `#end;N`: mend the file, or take the mark away and say --no-end-mark"
    )]
    AfterEndMark,
    /// A fault of ours.
    #[error("the reader of the file stopped without a word")]
    Stopped,
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
}
impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Io(error),
        }
    }
}

/// An open file: its bytes unpacked, and how far it has been read.
pub struct Source {
    pub bytes: Box<dyn BufRead + Send>,
    /// Bytes in the file; 0 when that cannot be known.
    pub length: u64,
    pub read: Arc<AtomicU64>,
}
impl Source {
    /// Plain or packed with gzip: told by the first bytes.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: file, read: read.clone() };
        let mut plain = BufReader::with_capacity(BUFFER, counted);
        let packed = plain.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let bytes: Box<dyn BufRead + Send> = if packed {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Self { bytes, length: about.len(), read })
    }
}
struct Counted {
    inner: File,
    read: Arc<AtomicU64>,
}
impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
