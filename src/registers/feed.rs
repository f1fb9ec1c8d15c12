//! A file on its way into the store: read and understood in a thread of its own, in small chunks, so
//! that the store never waits for the file and the file never fills the memory.
use super::{
    Failure,
    cut::{Cutter, Elements, Found, Lines, Pieces},
    source::{Source, Unreadable},
};
use std::time::Duration;
use tokio::sync::mpsc;

/// Entries that are handed over at a time, and how many chunks may wait.
const CHUNK: usize = 50;
const WAITING: usize = 40;

/// Why an entry is refused, and which organisation it is about, where that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub number: Option<String>,
    pub why: String,
}
impl Refusal {
    pub fn new(number: Option<&str>, why: impl Into<String>) -> Self {
        Self { number: number.map(ToOwned::to_owned), why: why.into() }
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
        Self::start(source, Elements::default(), move |piece| Some(parse(piece)))
    }
    /// Lines; `None` from `parse` is a line that says nothing.
    pub fn lines(
        source: Source,
        parse: impl FnMut(&[u8]) -> Option<Result<T, Refusal>> + Send + 'static,
    ) -> Self {
        Self::start(source, Lines, parse)
    }
    fn start(
        source: Source,
        cutter: impl Cutter + 'static,
        mut parse: impl FnMut(&[u8]) -> Option<Result<T, Refusal>> + Send + 'static,
    ) -> Self {
        let (sender, chunks) = mpsc::channel(WAITING);
        std::thread::spawn(move || {
            let ended = read(Pieces::new(source.bytes, cutter), &mut parse, &sender);
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
                // The thread is gone without a word.
                None => self.ended = Some(Err(Unreadable::Truncated)),
            }
        }
        match &self.ended {
            _ if !all.is_empty() => Ok(Some(all)),
            Some(Err(why)) => Err(Failure::Unreadable(why.to_string())),
            _ => Ok(None),
        }
    }
}

fn read<T, C: Cutter>(
    mut pieces: Pieces<C>,
    parse: &mut impl FnMut(&[u8]) -> Option<Result<T, Refusal>>,
    sender: &mpsc::Sender<Fed<T>>,
) -> Result<(), Unreadable> {
    let (mut chunk, mut at) = (Vec::with_capacity(CHUNK), 0);
    let ended = loop {
        let read = match pieces.cut() {
            Ok(Some((Found::Whole, piece))) => parse(piece),
            Ok(Some((Found::Broken, piece))) => {
                let number = super::brreg::number_in(piece);
                Some(Err(Refusal {
                    number,
                    why: "it is cut off: the next one begins in it".into(),
                }))
            }
            Ok(Some((Found::TooLong, _))) => Some(Err(Refusal::new(None, "it is too long"))),
            Ok(None) => break Ok(()),
            Err(why) => break Err(why),
        };
        at += 1;
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
