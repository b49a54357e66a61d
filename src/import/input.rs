//! A file as bytes of UTF-8, read piece by piece, with the number of the line.

use std::io::{self, Read};

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// No record is longer; what is, is passed over and listed.
pub(super) const LONGEST: usize = 16 << 20;

/// What a file is looked at before it is decided how to read it.
pub(super) const HEAD: usize = 256 << 10;

/// How often a reader may say that nothing comes before what is there is enough to decide by.
const PATIENCE: usize = 20;

/// Bytes one after the other, with a look ahead.
pub(super) struct Input<'r> {
    reader: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    ended: bool,
}

impl<'r> Input<'r> {
    /// Reads a file: a byte-order mark is taken off, UTF-16 becomes UTF-8. A reader that has nothing for a while says
    /// `WouldBlock` and is asked again.
    pub(super) fn new(mut reader: impl Read + 'r) -> io::Result<Self> {
        let mut first = Vec::with_capacity(4);
        read_up_to(&mut reader, 4, &mut first)?;
        let rest = |skip: usize| io::Cursor::new(first[skip..].to_vec());
        let reader: Box<dyn Read + 'r> = match *first.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => Box::new(rest(3).chain(reader)),
            [0xff, 0xfe, ..] => Box::new(Utf16::new(rest(2).chain(reader), true)),
            [0xfe, 0xff, ..] => Box::new(Utf16::new(rest(2).chain(reader), false)),
            // Without a mark: an ASCII character beside a zero.
            [c, 0, ..] if c != 0 => Box::new(Utf16::new(rest(0).chain(reader), true)),
            [0, c, ..] if c != 0 => Box::new(Utf16::new(rest(0).chain(reader), false)),
            _ => Box::new(rest(0).chain(reader)),
        };
        Ok(Self { reader, buffer: Vec::new(), at: 0, line: 1, ended: false })
    }

    /// Reads a text that is a part of another one, whose first line has this number.
    pub(super) fn of_part(text: &'r [u8], line: u64) -> Self {
        Self { reader: Box::new(text), buffer: Vec::new(), at: 0, line, ended: false }
    }

    /// The number of the line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What is read ahead: at least so many bytes, unless the file ends before, or nothing comes after a whole line.
    pub(super) fn ahead(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let mut waited = 0;
        while self.buffer.len() - self.at < bytes && !self.ended {
            if self.fill()? {
                waited = 0;
            } else {
                waited += 1;
                if waited >= PATIENCE && self.buffer[self.at..].contains(&b'\n') {
                    break;
                }
            }
        }
        Ok(&self.buffer[self.at..])
    }

    /// Reads on; false when nothing comes at the moment.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let start = self.buffer.len();
        self.buffer.resize(start + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let length = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(start + length);
        match read {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            read => self.ended = read? == 0,
        }
        Ok(true)
    }

    /// The next byte; none at the end.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        while self.at == self.buffer.len() && !self.ended {
            self.fill()?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Passes over the byte that was looked at.
    pub(super) fn bump(&mut self) {
        if self.buffer.get(self.at) == Some(&b'\n') {
            self.line += 1;
        }
        self.at = (self.at + 1).min(self.buffer.len());
    }

    /// Passes over bytes up to the first for which `stops` holds, and gives them to `take`, piece by piece.
    pub(super) fn pass(&mut self, stops: impl Fn(u8) -> bool, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        while self.peek()?.is_some() {
            let rest = &self.buffer[self.at..];
            let length = rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len());
            let (passed, whole) = (&rest[..length], length == rest.len());
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            take(passed);
            self.at += length;
            if !whole {
                break;
            }
        }
        Ok(())
    }

    /// Passes over blanks and line breaks.
    pub(super) fn blanks(&mut self) -> io::Result<()> {
        self.pass(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'), |_| {})
    }

    /// A line without its end; false when it is too long, of which only the beginning is kept. None at the end of the file.
    pub(super) fn take_line(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        let (mut line, mut whole) = (Vec::new(), true);
        self.pass(
            |byte| byte == b'\n',
            |part| {
                whole &= line.len() + part.len() <= LONGEST;
                if whole {
                    line.extend_from_slice(part);
                }
            },
        )?;
        self.bump();
        Ok(Some((line, whole)))
    }

    /// Puts back what was read, so that it is read again: it began on this line.
    pub(super) fn put_back(&mut self, bytes: &[u8], line: u64) {
        self.buffer.splice(..self.at, bytes.iter().copied());
        self.at = 0;
        self.line = line;
    }
}

/// Reads so many bytes, or all there are, however long that takes.
fn read_up_to(reader: &mut impl Read, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
    let mut reader = reader.take(most as u64);
    while let Err(error) = reader.read_to_end(into) {
        // What came before it stays.
        if error.kind() != io::ErrorKind::WouldBlock {
            return Err(error);
        }
    }
    Ok(())
}

/// UTF-16 as UTF-8; what is no character becomes U+FFFD.
struct Utf16<R> {
    inner: R,
    little: bool,
    /// A high surrogate that waits for its other half.
    high: Option<u16>,
    out: Vec<u8>,
    at: usize,
}

impl<R: Read> Utf16<R> {
    fn new(inner: R, little: bool) -> Self {
        Self { inner, little, high: None, out: Vec::new(), at: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(CHUNK);
        // An even number, so that no unit is cut; at the very end one byte may be over.
        read_up_to(&mut self.inner, CHUNK, &mut bytes)?;
        self.out.clear();
        self.at = 0;
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        units.extend(bytes.chunks(2).map(|pair| match *pair {
            [a, b] if self.little => u16::from_le_bytes([a, b]),
            [a, b] => u16::from_be_bytes([a, b]),
            _ => 0xfffd,
        }));
        if bytes.len() == CHUNK && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.high = units.pop();
        }
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.out = text.into_bytes();
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.out.len() {
            self.refill()?;
        }
        let length = (self.out.len() - self.at).min(into.len());
        into[..length].copy_from_slice(&self.out[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut input = Input::new(bytes).unwrap();
        let mut out = Vec::new();
        while let Some((line, _)) = input.take_line().unwrap() {
            out.extend(line);
            out.push(b'|');
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_encoding_of_a_text_is_the_same_text() {
        let plain = "{\"ä\":\"😀\"}\n{}";
        let units: Vec<u16> = plain.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let expected = "{\"ä\":\"😀\"}|{}|";
        for bytes in [
            plain.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", plain.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little,
            big,
        ] {
            assert_eq!(text(&bytes), expected);
        }
        assert_eq!(text(b"\xff\xfe{\0}"), "{\u{fffd}|", "half a character at the end");
        assert_eq!(text(b""), "");
    }

    /// Says before each byte that there is nothing yet; stays open behind the last one if it is to.
    struct Slow<'t> {
        text: &'t [u8],
        waits: bool,
        stays: bool,
    }

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.waits = !self.waits;
            if self.waits || self.stays && self.text.is_empty() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let length = self.text.len().min(into.len()).min(1);
            into[..length].copy_from_slice(&self.text[..length]);
            self.text = &self.text[length..];
            Ok(length)
        }
    }

    #[test]
    fn a_reader_that_has_nothing_for_a_while_is_asked_again() {
        for text in [&b"{\"a\":1}\n{}"[..], b"\xff\xfe{\0\xe4\0\n\0}\0"] {
            let slow = Slow { text, waits: false, stays: false };
            let mut input = Input::new(slow).unwrap();
            let mut lines = Vec::new();
            while let Some((line, _)) = input.take_line().unwrap() {
                lines.push(String::from_utf8(line).unwrap());
            }
            assert!(lines == ["{\"a\":1}", "{}"] || lines == ["{ä", "}"], "{lines:?}");
        }
        let mut input = Input::new(Slow { text: b"{}\n{", waits: false, stays: true }).unwrap();
        assert_eq!(input.ahead(HEAD).unwrap(), b"{}\n{", "what is there is enough");
    }

    #[test]
    fn a_surrogate_pair_may_lie_on_the_edge_of_a_chunk() {
        let plain = format!("{}😀", "a".repeat(CHUNK / 2 - 2));
        let bytes: Vec<u8> = std::iter::once(0xfeff)
            .chain(format!("a{plain}").encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(text(&bytes).ends_with("a😀|"));
    }

    #[test]
    fn lines_are_counted_and_what_is_put_back_is_read_again() {
        let mut input = Input::new(&b"a\nb\nc\n"[..]).unwrap();
        assert_eq!(input.take_line().unwrap(), Some((b"a".to_vec(), true)));
        assert_eq!(input.line(), 2);
        assert_eq!(input.take_line().unwrap(), Some((b"b".to_vec(), true)));
        input.put_back(b"b\n", 2);
        assert_eq!(input.take_line().unwrap(), Some((b"b".to_vec(), true)));
        assert_eq!(input.take_line().unwrap(), Some((b"c".to_vec(), true)));
        assert_eq!((input.line(), input.take_line().unwrap()), (4, None));
    }
}
