//! A file on its way into the store: read and understood in a thread of its own, in small chunks, so
//! that the store never waits for the file and the file never fills the memory.
use super::{
    Failure,
    cut::{Cutter, Elements, Found, Lines, Pieces},
    source::{Source, Unreadable},
};
use crate::config::EndMark;
use std::time::Duration;
use tokio::sync::mpsc;

/// Entries that are handed over at a time, and how many chunks may wait.
const CHUNK: usize = 50;
const WAITING: usize = 40;

/// Why an entry is refused, and which organisation it is about, where that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub number: Option<String>,
    /// Whether the entry says the number itself: in a damaged text the first number that stands there
    /// may be another's.
    pub is_sure: bool,
    pub why: String,
}
impl Refusal {
    pub fn new(number: Option<&str>, why: impl Into<String>) -> Self {
        let is_sure = number.is_some();
        Self { number: number.map(ToOwned::to_owned), is_sure, why: why.into() }
    }
    /// Refuses a damaged text in which this number stands.
    pub fn of_damaged(number: Option<String>, why: impl Into<String>) -> Self {
        Self { number, is_sure: false, why: why.into() }
    }
}

/// One entry: the place of it in the file, from 1, and what it says.
#[derive(Debug)]
pub struct Entry<T> {
    pub at: u64,
    pub read: Result<T, Refusal>,
}

enum Fed<T> {
    Some(Vec<Entry<T>>),
    End(Result<(), Unreadable>),
}
/// The entries of one file.
pub struct Feed<T> {
    chunks: mpsc::Receiver<Fed<T>>,
    ended: Option<Result<(), Unreadable>>,
}
impl<T: Send + 'static> Feed<T> {
    /// The elements of a JSON array.
    pub fn elements(
        source: Source,
        parse: impl FnMut(&[u8]) -> Result<T, Refusal> + Send + 'static,
    ) -> Self {
        let mut parse = parse;
        Self::start(source, Elements::default(), None, move |piece| Some(parse(piece)))
    }
    /// Lines, and the mark after the last; `None` from `parse` is a line that says nothing.
    pub fn lines(
        source: Source,
        end: &EndMark,
        parse: impl FnMut(&[u8]) -> Option<Result<T, Refusal>> + Send + 'static,
    ) -> Self {
        Self::start(source, Lines, Some(LineCount::new(end)), parse)
    }
    fn start(
        source: Source,
        cutter: impl Cutter + 'static,
        lines: Option<LineCount>,
        mut parse: impl FnMut(&[u8]) -> Option<Result<T, Refusal>> + Send + 'static,
    ) -> Self {
        let (sender, chunks) = mpsc::channel(WAITING);
        std::thread::spawn(move || {
            let ended = read(Pieces::new(source.bytes, cutter), lines, &mut parse, &sender);
            // Nobody is there to be told when the import has stopped.
            let _ = sender.blocking_send(Fed::End(ended));
        });
        Self { chunks, ended: None }
    }
    /// At least `rows` entries, fewer at the end; `None` after the proper end of the file.
    pub async fn next(&mut self, rows: usize) -> Result<Option<Vec<Entry<T>>>, Failure> {
        let mut all = Vec::with_capacity(rows + CHUNK);
        while all.len() < rows && self.ended.is_none() {
            match self.chunks.recv().await {
                Some(Fed::Some(chunk)) => all.extend(chunk),
                Some(Fed::End(ended)) => self.ended = Some(ended),
                None => self.ended = Some(Err(Unreadable::Stopped)),
            }
        }
        match &self.ended {
            _ if !all.is_empty() => Ok(Some(all)),
            Some(Err(why)) => Err(Failure::Unreadable(why.to_string())),
            _ => Ok(None),
        }
    }
}

/// The line `#end;N`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Missing,
    /// What comes after `#end` is no number.
    Unreadable,
    Says(u64),
}

/// Counts the lines of a file that say something, and compares with its last: `#end;N`.
struct LineCount {
    must_have_mark: bool,
    lines: u64,
    mark: Mark,
    goes_on_after_mark: bool,
    is_unended: bool,
}
impl LineCount {
    fn new(end: &EndMark) -> Self {
        Self {
            must_have_mark: !end.no_end_mark,
            lines: 0,
            mark: Mark::Missing,
            goes_on_after_mark: false,
            is_unended: false,
        }
    }
    /// Whether the line is the mark, which is noted.
    fn is_mark(&mut self, line: &[u8]) -> bool {
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii();
        let Some(said) = line.strip_prefix(b"#end") else { return false };
        self.goes_on_after_mark |= self.mark != Mark::Missing;
        // A spreadsheet fills every line up with semicolons.
        let said = std::str::from_utf8(said).unwrap_or("?").trim_end_matches([';', ' ']);
        let said = said.strip_prefix(';').and_then(|said| said.trim().parse().ok());
        self.mark = said.map_or(Mark::Unreadable, Mark::Says);
        true
    }
    fn count(&mut self) {
        self.lines += 1;
        self.goes_on_after_mark |= self.mark != Mark::Missing;
    }
    fn end(self) -> Result<(), Unreadable> {
        match self.mark {
            Mark::Missing if self.must_have_mark => Err(Unreadable::NoEndMark),
            Mark::Missing if self.is_unended => Err(Unreadable::NoLineEnd),
            Mark::Missing => Ok(()),
            _ if self.goes_on_after_mark => Err(Unreadable::AfterEndMark),
            Mark::Unreadable => Err(Unreadable::BadEndMark),
            Mark::Says(said) if said == self.lines => Ok(()),
            Mark::Says(said) => Err(Unreadable::WrongCount { said, read: self.lines }),
        }
    }
}

fn read<T, C: Cutter>(
    mut pieces: Pieces<C>,
    mut lines: Option<LineCount>,
    parse: &mut impl FnMut(&[u8]) -> Option<Result<T, Refusal>>,
    sender: &mpsc::Sender<Fed<T>>,
) -> Result<(), Unreadable> {
    let (mut chunk, mut at) = (Vec::with_capacity(CHUNK), 0);
    let ended = loop {
        let read = match pieces.cut() {
            Ok(Some((_, piece))) if lines.as_mut().is_some_and(|lines| lines.is_mark(piece)) => {
                None
            }
            Ok(Some((Found::Whole, piece))) => parse(piece),
            Ok(Some((Found::Unended, piece))) => {
                if let Some(lines) = &mut lines {
                    lines.is_unended = true;
                }
                let blank = piece.trim_ascii().is_empty();
                let why = "it has no line end: the file is cut off";
                (!blank).then(|| Err(Refusal::new(None, why)))
            }
            Ok(Some((Found::Broken, piece))) => {
                let number = super::brreg::number_in(piece);
                let why = "it is cut off: the next one begins in it";
                Some(Err(Refusal::of_damaged(number, why)))
            }
            Ok(Some((Found::TooLong, _))) => Some(Err(Refusal::new(None, "it is too long"))),
            Ok(None) => break lines.map_or(Ok(()), LineCount::end),
            Err(why) => break Err(why),
        };
        at += 1;
        if let (Some(lines), Some(_)) = (&mut lines, &read) {
            lines.count();
        }
        if let Some(read) = read {
            chunk.push(Entry { at, read });
        }
        if chunk.len() == CHUNK {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
            if sender.blocking_send(Fed::Some(full)).is_err() {
                return Ok(());
            }
        }
    };
    if !chunk.is_empty() {
        let _ = sender.blocking_send(Fed::Some(chunk));
    }
    ended
}

/// How many rows go into a transaction, so that each stays well under a tenth of a second.
#[derive(Debug)]
pub struct Pace {
    pub rows: usize,
    pub longest: Duration,
}
impl Default for Pace {
    fn default() -> Self {
        Self { rows: 400, longest: Duration::ZERO }
    }
}
impl Pace {
    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_millis(40);

    /// A transaction with so many rows took this long.
    pub fn took(&mut self, rows: usize, time: Duration) {
        self.longest = self.longest.max(time);
        if time > Self::LONG {
            self.rows = (self.rows / 2).max(50);
        } else if time < Self::SHORT && rows * 2 > self.rows {
            self.rows = (self.rows + self.rows / 8).min(2_000);
        }
    }
}
