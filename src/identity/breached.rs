//! Passwords that are known from breaches, in a file that the operator brings: lines of hexadecimal SHA-1, sorted, each
//! with a count behind a colon or without, as Have I Been Pwned publishes them. A line may also be the beginning of a
//! hash, so that a smaller file covers as many passwords. The file is searched where it is: it may be larger than memory.

use std::{
    cmp::Ordering,
    fmt::Write,
    fs::File,
    io::{Error, ErrorKind, Result},
    os::unix::fs::FileExt,
    path::Path,
};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// The longest line, its end included: forty digits and a count.
const LINE: usize = 64;
/// The shortest beginning of a hash that says something: 40 bits, which a password shares by chance once in a thousand
/// where the file has a thousand million lines.
const SHORTEST: usize = 10;

/// The list, or none.
#[derive(Debug, Default)]
pub struct Breached(Option<(File, u64)>);

impl Breached {
    /// Opens the file, if there is one, and looks at its ends.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        if length == 0 {
            return Err(Error::new(ErrorKind::InvalidData, "it is empty"));
        }
        let first = line_at(&file, length, 0)?;
        let last = line_at(&file, length, length - 1)?;
        if first.hash > last.hash {
            return Err(Error::new(ErrorKind::InvalidData, "it is not sorted by hash"));
        }
        Ok(Self(Some((file, length))))
    }

    /// Whether a password is on the list.
    pub fn contains(&self, password: &str) -> Result<bool> {
        let Some((file, length)) = &self.0 else { return Ok(false) };
        let wanted = sha1(password);
        let (mut from, mut to) = (0, *length);
        while from < to {
            let line = line_at(file, *length, from + (to - from) / 2)?;
            match line.hash.as_str().cmp(&wanted[..line.hash.len()]) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => from = line.end,
                Ordering::Greater => to = line.start,
            }
        }
        Ok(false)
    }
}

/// In hexadecimal, as in the file.
pub(super) fn sha1(password: &str) -> String {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(40), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

struct Line {
    start: u64,
    /// Where the next one begins.
    end: u64,
    hash: String,
}

/// The line that the byte at `position` is in.
fn line_at(file: &File, length: u64, position: u64) -> Result<Line> {
    let window = position.saturating_sub(LINE as u64);
    let mut bytes = [0; 2 * LINE];
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read_at(&mut bytes[filled..], window + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    let bad =
        || Error::new(ErrorKind::InvalidData, format!("the line at byte {position} is no hash"));
    let at = usize::try_from(position - window).map_err(|_| bad())?;
    let (before, behind) = bytes[..filled].split_at_checked(at).ok_or_else(bad)?;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if start == 0 && window > 0 {
        return Err(bad());
    }
    let end = match behind.iter().position(|byte| *byte == b'\n') {
        Some(end) => at + end + 1,
        None if window + filled as u64 >= length => filled,
        None => return Err(bad()),
    };
    let text = std::str::from_utf8(&bytes[start..end]).map_err(|_| bad())?;
    let hash = text.split(':').next().unwrap_or_default().trim().to_ascii_uppercase();
    let plain = hash.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !plain || !(SHORTEST..=40).contains(&hash.len()) {
        return Err(bad());
    }
    Ok(Line { start: window + start as u64, end: window + end as u64, hash })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn open(text: &str) -> Result<Breached> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        Breached::open(Some(file.path()))
    }

    #[test]
    fn every_password_of_the_file_is_found_and_no_other() {
        for count in [1, 2, 3, 100] {
            for end in ["\n", "\r\n"] {
                let passwords: Vec<String> = (0..count).map(|n| format!("password {n}")).collect();
                let mut lines: Vec<String> = passwords
                    .iter()
                    .enumerate()
                    .map(|(at, password)| match at % 4 {
                        0 => format!("{}:{}", sha1(password), at * 1_000_003),
                        1 => sha1(password).to_lowercase(),
                        2 => sha1(password)[..16].to_owned(),
                        _ => sha1(password),
                    })
                    .collect();
                lines.sort_by_key(|line| line.to_uppercase());
                for text in [lines.join(end), lines.join(end) + end] {
                    let list = open(&text).expect("a list");
                    for password in &passwords {
                        assert!(list.contains(password).expect("read"), "{password}");
                    }
                    for other in 0..200 {
                        let other = format!("another {other}");
                        assert!(!list.contains(&other).expect("read"), "{other}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let unsorted = format!("{}\n{}\n", "F".repeat(40), "0".repeat(40));
        for text in ["", "password\n", "12345\n", &unsorted, &"A".repeat(500)] {
            assert!(open(text).is_err(), "{text}");
        }
        assert!(Breached::open(Some(Path::new("/nowhere/list"))).is_err());
        assert!(!Breached::open(None).expect("none").contains("password").expect("none"));
    }
}
