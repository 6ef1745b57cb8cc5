//! What people are told that a client is: nothing but what they can see, so that one name does not pass for another, or for
//! none.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The most characters.
const MOST: usize = 120;

/// Checks the text of the member called `name`.
pub fn check(name: &str, text: &str) -> Result<(), String> {
    let chars: Vec<char> = text.chars().collect();
    let hidden = |(at, c): (usize, &char)| is_hidden(*c) && !joins(&chars, at);
    if chars.len() > MOST
        || chars.iter().enumerate().any(hidden)
        || !chars.iter().any(|c| is_visible(*c))
    {
        return Err(format!("{name} must be 1 to {MOST} characters that can be read"));
    }
    Ok(())
}

/// What leaves no mark on a page, breaks its lines, or turns its text around.
fn is_hidden(c: char) -> bool {
    match c.general_category() {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => true,
        // By their category these are letters, marks and symbols, or nothing yet: the grapheme joiner, the fillers of Hangul,
        // the inherent vowels of Khmer, the empty pattern of Braille, and what Unicode sets apart to be ignored.
        _ => matches!(
            c,
            '\u{34f}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{2065}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{e0000}'..='\u{e00ff}'
        ),
    }
}

/// Whether the character at `at` is a joiner that tells how the letters around it are written, as in Persian and in the
/// scripts of India. There are none in those of ASCII.
fn joins(chars: &[char], at: usize) -> bool {
    let script = |at: Option<usize>| {
        let c = at.and_then(|at| chars.get(at)).filter(|c| !c.is_ascii() && !is_hidden(**c));
        c.is_some_and(|c| {
            matches!(
                c.general_category_group(),
                GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
            )
        })
    };
    matches!(chars[at], '\u{200c}' | '\u{200d}')
        && script(at.checked_sub(1))
        && script(Some(at + 1))
}

/// What leaves a mark by itself.
fn is_visible(c: char) -> bool {
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter
            | GeneralCategoryGroup::Number
            | GeneralCategoryGroup::Punctuation
            | GeneralCategoryGroup::Symbol
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_can_be_read() {
        for fine in [
            "A",
            "Shop & Co. (2)",
            "\u{a9} B\u{fc}cher",
            "\u{5e97}\u{3000}\u{8217}",
            // Persian with a non-joiner; Devanagari with a joiner behind a virama.
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
            "\u{915}\u{94d}\u{200d}\u{937}",
            "e\u{301}",
            "\u{2764}\u{fe0f}",
            "\u{1f4e6}",
        ] {
            assert_eq!(check("client_name", fine), Ok(()), "{fine:?}");
        }
        assert!(check("client_name", &"\u{e4}".repeat(120)).is_ok());
    }

    #[test]
    fn what_cannot_be_seen_is_no_name_and_part_of_none() {
        for c in [
            '\0',
            '\n',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2065}',
            '\u{2066}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e0020}',
            '\u{e007f}',
        ] {
            for text in [format!("{c}"), format!("Ba{c}nk"), format!("Bank{c}"), format!("{c}{c}")]
            {
                assert!(check("client_name", &text).is_err(), "{text:?}");
            }
        }
        for empty in ["", " ", "\u{a0}", "\u{3000}", "\u{301}", "\u{fe0f}"] {
            assert!(check("client_name", empty).is_err(), "{empty:?}");
        }
        let twice = "\u{645}\u{200c}\u{200c}\u{645}";
        assert!(check("client_name", twice).is_err());
        assert!(check("client_name", &"a".repeat(121)).is_err());
    }
}
