//! Pieces cut out of a stream of bytes: the elements of a JSON array, or lines.
use super::source::Unreadable;
use std::io::BufRead;

/// Longest element or line that is read.
const LONGEST: usize = 16 << 20;

/// How a piece was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Whole,
    /// The next one began before it had ended.
    Broken,
    TooLong,
    /// A last line without a line end.
    Unended,
}

/// Cuts pieces out of a stream of bytes, one at a time.
pub trait Cutter: Send {
    /// Takes one byte; a piece that has ended with it is in `into`.
    fn take(&mut self, byte: u8, into: &mut Vec<u8>) -> Result<Option<Found>, Unreadable>;
    /// The stream has ended; a last piece may be in `into`.
    fn end(&mut self, into: &[u8]) -> Result<Option<Found>, Unreadable>;
    /// Called before a piece begins.
    fn begin(&mut self, into: &mut Vec<u8>);
    /// How many of these bytes in a row only go into the piece: they are taken at once.
    fn plain(&mut self, bytes: &[u8]) -> usize;
}
/// Bytes until one of which this is true.
fn until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| ends(*byte)).unwrap_or(bytes.len())
}

/// The pieces of a source.
pub struct Pieces<C> {
    bytes: Box<dyn BufRead + Send>,
    cutter: C,
    piece: Vec<u8>,
    ended: bool,
}
impl<C: Cutter> Pieces<C> {
    pub fn new(bytes: Box<dyn BufRead + Send>, cutter: C) -> Self {
        Self { bytes, cutter, piece: Vec::new(), ended: false }
    }
    /// The next piece, or `None` after the proper end.
    pub fn cut(&mut self) -> Result<Option<(Found, &[u8])>, Unreadable> {
        self.piece.clear();
        self.cutter.begin(&mut self.piece);
        while !self.ended {
            let buffer = self.bytes.fill_buf()?;
            if buffer.is_empty() {
                self.ended = true;
                let last = self.cutter.end(&self.piece)?;
                return Ok(last.map(|found| (found, self.piece.as_slice())));
            }
            let (mut rest, mut found) = (buffer, None);
            while let (Some((byte, after)), None) = (rest.split_first(), found) {
                let (plain, others) = rest.split_at(self.cutter.plain(rest));
                if plain.is_empty() {
                    found = self.cutter.take(*byte, &mut self.piece)?;
                    rest = after;
                } else {
                    keep(plain, &mut self.piece);
                    rest = others;
                }
            }
            let used = buffer.len() - rest.len();
            self.bytes.consume(used);
            if let Some(found) = found {
                return Ok(Some((found, self.piece.as_slice())));
            }
        }
        Ok(None)
    }
}

/// Keeps the bytes, unless the piece is too long already.
fn keep(bytes: &[u8], into: &mut Vec<u8>) {
    if into.len() <= LONGEST {
        into.extend_from_slice(bytes);
    }
}
fn found(into: &[u8]) -> Found {
    if into.len() > LONGEST { Found::TooLong } else { Found::Whole }
}

/// Lines, without their ends.
#[derive(Default)]
pub struct Lines;
impl Cutter for Lines {
    fn take(&mut self, byte: u8, into: &mut Vec<u8>) -> Result<Option<Found>, Unreadable> {
        if byte == b'\n' {
            return Ok(Some(found(into)));
        }
        keep(&[byte], into);
        Ok(None)
    }
    fn plain(&mut self, bytes: &[u8]) -> usize {
        until(bytes, |byte| byte == b'\n')
    }
    fn end(&mut self, into: &[u8]) -> Result<Option<Found>, Unreadable> {
        Ok((!into.is_empty()).then_some(Found::Unended))
    }
    fn begin(&mut self, _: &mut Vec<u8>) {}
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    First,
    /// After an element.
    Between,
    /// After a comma: an element must follow.
    Comma,
    Inside,
    After,
}
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    /// After a `\\`.
    Escaped,
}
/// The elements of one JSON array. An element that does not hold together ends where its brackets
/// say so or, in a file whose elements begin lines, where the next one begins: those beside it are
/// read all the same.
pub struct Elements {
    place: Place,
    /// The brackets that are open in the element.
    open: Vec<u8>,
    text: Text,
    /// Blanks since the line began, while there is nothing else on it.
    blanks: Option<usize>,
    /// The blanks before the first element, if it begins a line.
    indent: Option<usize>,
    /// The next element's first byte has been taken.
    begun: bool,
}
impl Default for Elements {
    fn default() -> Self {
        Self {
            place: Place::Before,
            open: Vec::new(),
            text: Text::Outside,
            blanks: None,
            indent: None,
            begun: false,
        }
    }
}
impl Elements {
    /// How far in this byte is on its line, if nothing stands before it.
    fn column(&mut self, byte: u8) -> Option<usize> {
        let before = self.blanks;
        self.blanks = match byte {
            b'\n' => Some(0),
            b' ' | b'\t' | b'\r' => before.map(|n| n + 1),
            _ => None,
        };
        before
    }
    fn inside(&mut self, byte: u8, column: Option<usize>, into: &mut Vec<u8>) -> Option<Found> {
        if self.text != Text::Outside {
            keep(&[byte], into);
            self.text = match (self.text, byte) {
                // A text has no bare line feed: this one was not closed, and the element is refused.
                (_, b'\n') | (Text::Inside, b'"') => Text::Outside,
                (Text::Inside, b'\\') => Text::Escaped,
                _ => Text::Inside,
            };
            return None;
        }
        let begins = byte == b'{' && column.is_some() && column == self.indent;
        if begins && !self.open.is_empty() {
            (self.begun, self.open) = (true, vec![b'{']);
            return Some(Found::Broken);
        }
        match byte {
            b'"' => self.text = Text::Inside,
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => return self.closing(byte, into),
            b',' if self.open.is_empty() => return Some(self.ended(Place::Comma, into)),
            _ => {}
        }
        keep(&[byte], into);
        None
    }
    fn closing(&mut self, byte: u8, into: &mut Vec<u8>) -> Option<Found> {
        let opening = if byte == b'}' { b'{' } else { b'[' };
        match self.open.iter().rposition(|open| *open == opening) {
            Some(at) => {
                keep(&[byte], into);
                self.open.truncate(at);
                self.open.is_empty().then(|| self.ended(Place::Between, into))
            }
            // Nothing of the element's: the end of the array.
            None if byte == b']' => {
                let whole = self.open.is_empty();
                let found = self.ended(Place::After, into);
                Some(if whole { found } else { Found::Broken })
            }
            None => {
                keep(&[byte], into);
                None
            }
        }
    }
    fn ended(&mut self, place: Place, into: &[u8]) -> Found {
        self.place = place;
        self.open.clear();
        found(into)
    }
}
impl Cutter for Elements {
    fn plain(&mut self, bytes: &[u8]) -> usize {
        match (self.place, self.text) {
            // A text begins after its mark, so that nothing is counted on its line.
            (Place::Inside, Text::Inside) => {
                until(bytes, |byte| matches!(byte, b'"' | b'\\' | b'\n'))
            }
            (Place::Inside, Text::Outside) => {
                let blanks = until(bytes, |byte| byte != b' ');
                if blanks > 0 {
                    self.blanks = self.blanks.map(|before| before + blanks);
                    return blanks;
                }
                let ends = |byte: u8| {
                    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b',')
                        || byte.is_ascii_whitespace()
                };
                let run = until(bytes, ends);
                if run > 0 {
                    self.blanks = None;
                }
                run
            }
            _ => 0,
        }
    }
    fn begin(&mut self, into: &mut Vec<u8>) {
        if std::mem::take(&mut self.begun) {
            into.push(b'{');
        }
    }
    fn take(&mut self, byte: u8, into: &mut Vec<u8>) -> Result<Option<Found>, Unreadable> {
        let column = self.column(byte);
        let blank = byte.is_ascii_whitespace();
        match self.place {
            Place::Inside => return Ok(self.inside(byte, column, into)),
            Place::Before if byte == b'[' => self.place = Place::First,
            // A byte order mark.
            Place::Before if blank || matches!(byte, 0xef | 0xbb | 0xbf) => {}
            Place::Before => return Err(Unreadable::NotAnArray),
            Place::First | Place::Between | Place::Comma | Place::After if blank => {}
            Place::Between if byte == b',' => self.place = Place::Comma,
            Place::First | Place::Between if byte == b']' => self.place = Place::After,
            // One that is lost without a trace may be anybody's.
            Place::First | Place::Comma if matches!(byte, b',' | b']') => {
                return Err(Unreadable::MissingElement);
            }
            Place::First | Place::Between | Place::Comma => {
                if self.place == Place::First {
                    self.indent = column;
                }
                self.place = Place::Inside;
                // `indent` is for what follows: this one is where it should be.
                return Ok(self.inside(byte, None, into));
            }
            Place::After => return Err(Unreadable::AfterTheEnd),
        }
        Ok(None)
    }
    fn end(&mut self, _: &[u8]) -> Result<Option<Found>, Unreadable> {
        if self.place == Place::After { Ok(None) } else { Err(Unreadable::Truncated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, BufReader};

    fn elements(text: &str) -> (Vec<String>, Option<Unreadable>) {
        let bytes = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let (mut pieces, mut all) = (Pieces::new(bytes, Elements::default()), Vec::new());
        loop {
            match pieces.cut() {
                Ok(Some((found, piece))) => {
                    let piece = String::from_utf8_lossy(piece).trim().to_owned();
                    all.push(if found == Found::Whole { piece } else { format!("{found:?}") });
                }
                Ok(None) => return (all, None),
                Err(why) => return (all, Some(why)),
            }
        }
    }
    fn whole(text: &str) -> Vec<String> {
        let (all, why) = elements(text);
        assert!(why.is_none(), "{text}: {why:?}");
        all
    }

    #[test]
    fn elements_are_cut_at_their_ends() {
        assert!(whole(" [ ] \n").is_empty());
        assert_eq!(whole("\u{feff}[{}]"), ["{}"]);
        let odd = r#"{"a":"}],{\"\\","b":[{},[1]]}"#;
        assert_eq!(
            whole(&format!("[{odd},12, null ,\"x,y\",{odd}]")),
            [odd, "12", "null", "\"x,y\"", odd]
        );
        assert_eq!(whole("[ {\n \"a\" : 1\n}, {\n \"b\" : 2\n} ]").len(), 2);
    }

    #[test]
    fn a_broken_element_does_not_take_others_with_it() {
        let cut = "[\n{\"a\":1},\n{\"b\":{\"c\":1,\n{\"d\":2},\n{\"e\":\"x\n,{\"f\":3}\n]";
        assert_eq!(whole(cut), ["{\"a\":1}", "Broken", "{\"d\":2}", "Broken"]);
        let unclosed = "[ {\n \"a\": \"x,\n \"b\": 1\n}, {\n \"c\": 2\n} ]";
        assert_eq!(whole(unclosed).len(), 2);
        let pretty = "[\n  {\n    \"a\": {\n      \"b\": 1\n  },\n  {\n    \"c\": 2\n  }\n]";
        assert_eq!(whole(pretty).len(), 2);
        assert_eq!(whole("[{\"a\":[1},{\"b\":2}]"), ["{\"a\":[1}", "{\"b\":2}"]);
        assert_eq!(whole("[{\"a\":1},{\"b\":2]"), ["{\"a\":1}", "Broken"]);
    }

    /// The same, but every byte by itself.
    struct Slow(Elements);
    impl Cutter for Slow {
        fn take(&mut self, byte: u8, into: &mut Vec<u8>) -> Result<Option<Found>, Unreadable> {
            self.0.take(byte, into)
        }
        fn end(&mut self, into: &[u8]) -> Result<Option<Found>, Unreadable> {
            self.0.end(into)
        }
        fn begin(&mut self, into: &mut Vec<u8>) {
            self.0.begin(into);
        }
        fn plain(&mut self, _: &[u8]) -> usize {
            0
        }
    }
    fn cut(text: &str, cutter: impl Cutter, buffer: usize) -> (Vec<(Found, Vec<u8>)>, String) {
        let bytes = io::Cursor::new(text.as_bytes().to_vec());
        let bytes = Box::new(BufReader::with_capacity(buffer, bytes));
        let (mut pieces, mut all) = (Pieces::new(bytes, cutter), Vec::new());
        loop {
            match pieces.cut() {
                Ok(Some((found, piece))) => all.push((found, piece.to_vec())),
                Ok(None) => return (all, String::new()),
                Err(why) => return (all, why.to_string()),
            }
        }
    }
    proptest::proptest! {
        #[test]
        fn many_bytes_at_once_are_cut_as_one_by_one(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "{", "}", "[", "]", ",", "\"", "\\", "\n", "\n  {", " ", "\t", "a", "1", "å", ":",
                "{\"a\": \"x y\"}", "[\n  {", "\n  },",
            ]), 0..60),
            buffer in 1_usize..40,
        ) {
            let text = format!("[{}]", parts.concat());
            let slow = cut(&text, Slow(Elements::default()), 1024);
            proptest::prop_assert_eq!(cut(&text, Elements::default(), buffer), slow);
        }
    }

    #[test]
    fn what_is_cut_off_or_no_array_is_told() {
        for cut in ["", "[", "[{\"a\":1}", "[{\"a\":1},", "[{\"a\":", "[{\"a\":\"x]"] {
            assert!(matches!(elements(cut).1, Some(Unreadable::Truncated)), "{cut}");
        }
        assert!(matches!(elements("{\"a\":[]}").1, Some(Unreadable::NotAnArray)));
        assert!(matches!(elements("[1] 2").1, Some(Unreadable::AfterTheEnd)));
        for lost in ["[,]", "[{},]", "[{},\n]", "[{},,{}]", "[,{}]", "[1,]", "[1,,2]"] {
            assert!(matches!(elements(lost).1, Some(Unreadable::MissingElement)), "{lost}");
        }
    }

    #[test]
    fn a_last_line_without_an_end_is_told_apart() {
        for (text, last) in [(&b"a\n\nb"[..], Some(Found::Unended)), (b"a\n\nb\n", None)] {
            let bytes = Box::new(io::Cursor::new(text.to_vec()));
            let (mut pieces, mut all) = (Pieces::new(bytes, Lines), Vec::new());
            while let Some((found, piece)) = pieces.cut().unwrap() {
                all.push((found, piece.to_vec()));
            }
            let whole = |text: &[u8]| (Found::Whole, text.to_vec());
            let b = (last.unwrap_or(Found::Whole), b"b".to_vec());
            assert_eq!(all, [whole(b"a"), whole(b""), b]);
        }
    }
}
