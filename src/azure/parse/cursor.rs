//! Walking over JSON without reading it: finding the end of a value looks at brackets and quotes only, so an item with
//! bad content can be cut out of its page.

use memchr::memchr2;

/// What is wrong with a text that should be JSON, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The byte at which reading stopped.
    pub(crate) at: usize,
    /// What was expected there.
    pub(crate) expected: &'static str,
}

/// A place in a text of bytes.
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, expected })
    }

    pub(crate) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Takes a byte when it is the next one, and the blanks after it.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
            self.blanks();
        }
        found
    }

    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.take(byte) { Ok(()) } else { self.wrong(expected) }
    }

    /// Takes a closing bracket, and nothing after it.
    pub(super) fn close(&mut self, bracket: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(bracket) {
            return self.wrong(expected);
        }
        self.at += 1;
        Ok(())
    }

    /// After a value: nothing but blanks may follow.
    pub(crate) fn end(&mut self) -> Result<(), Malformed> {
        self.blanks();
        if self.at_end() { Ok(()) } else { self.wrong("the end") }
    }

    /// Passes over a string and gives what stands between its quotes, escapes and all, and whether there are any.
    pub(super) fn string(&mut self) -> Result<(usize, usize, bool), Malformed> {
        if self.peek() != Some(b'"') {
            return self.wrong("a string");
        }
        let start = self.at + 1;
        let mut end = start;
        let mut escapes = false;
        loop {
            let rest = self.bytes.get(end..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                self.at = self.bytes.len();
                return self.wrong("the end of a string");
            };
            end += found;
            if self.bytes[end] == b'"' {
                self.at = end + 1;
                return Ok((start, end, escapes));
            }
            escapes = true;
            end += 2;
        }
    }

    /// A number, `true`, `false`, `null`, or anything else without blanks.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let ends = |byte: &u8| {
            matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"' | b' ' | b'\n' | b'\r' | b'\t')
        };
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Passes over a value of any kind by its quotes and brackets, without looking into it.
    pub(crate) fn skip(&mut self) -> Result<&'a [u8], Malformed> {
        let start = self.at;
        let mut open = Vec::new();
        loop {
            match self.peek() {
                None => return self.wrong("a value"),
                Some(b'"') => {
                    self.string()?;
                }
                Some(bracket @ (b'[' | b'{')) => {
                    open.push(bracket);
                    self.at += 1;
                }
                Some(bracket @ (b']' | b'}')) => {
                    // In ASCII a closing bracket comes two after its opening one.
                    if open.pop() != Some(bracket - 2) {
                        return self.wrong("a value");
                    }
                    self.at += 1;
                }
                Some(b',' | b':' | b' ' | b'\n' | b'\r' | b'\t') if !open.is_empty() => self.at += 1,
                Some(_) => {
                    if self.word().is_empty() {
                        return self.wrong("a value");
                    }
                }
            }
            if open.is_empty() {
                return Ok(&self.bytes[start..self.at]);
            }
        }
    }

    /// A member's name and the colon after it, escapes left as they are.
    pub(crate) fn key(&mut self) -> Result<&'a [u8], Malformed> {
        let (start, end, _) = self.string()?;
        self.blanks();
        self.expect(b':', "a colon")?;
        Ok(&self.bytes[start..end])
    }
}
