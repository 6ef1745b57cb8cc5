//! Where in a file something is wrong.

use miette::Diagnostic;

/// What is wrong, behind `file:line:column` if that is known, and with advice if there is any.
pub fn at(file: &str, text: &str, error: &dyn Diagnostic) -> String {
    let offset = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let place = offset.map_or_else(String::new, |offset| {
        let (line, column) = line_and_column(text, offset);
        format!("{line}:{column}:")
    });
    let advice = error.help().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{file}:{place} {error}{advice}")
}

/// Both from 1 on, the column in characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let before = String::from_utf8_lossy(before);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_as_editors_do() {
        let text = "ab\ncäd\n";
        for (offset, expected) in
            [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (6, (2, 3)), (8, (3, 1)), (99, (3, 1))]
        {
            assert_eq!(line_and_column(text, offset), expected, "{offset}");
        }
    }
}
