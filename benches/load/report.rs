//! The results, as a document.

use std::{fmt::Write, time::Duration};

use signet::clock::Clock;

use super::measure::Measured;

/// All that goes into the document.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
    promises: Vec<Promise>,
    notes: Vec<String>,
}

struct Line {
    operation: String,
    measured: Measured,
    /// Of the rate of what it is compared with.
    ratio: Option<f64>,
}

struct Promise {
    what: &'static str,
    measured: String,
    holds: Option<bool>,
}

impl Report {
    /// A line of the table.
    pub fn line(&mut self, operation: &str, measured: &Measured) {
        self.push(operation, measured, None);
    }

    /// A line of the table, compared with another one; the ratio of their rates.
    pub fn compared(&mut self, operation: &str, measured: &Measured, with: &Measured) -> f64 {
        let ratio = measured.rate() / with.rate();
        self.push(operation, measured, Some(ratio));
        ratio
    }

    fn push(&mut self, operation: &str, measured: &Measured, ratio: Option<f64>) {
        let line = Line { operation: operation.to_owned(), measured: measured.clone(), ratio };
        super::print(&line.row());
        self.lines.push(line);
    }

    /// Something that is promised to be at least so much of something else.
    pub fn at_least(&mut self, what: &'static str, ratio: f64, least: f64) {
        self.promise(what, format!("{ratio:.2}"), Some(ratio >= least));
    }

    /// Something that is promised, and whether it was measured to be so.
    pub fn promise(&mut self, what: &'static str, measured: String, holds: Option<bool>) {
        self.promises.push(Promise { what, measured, holds });
    }

    /// Something to know when reading the numbers.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The promises, for the terminal.
    #[must_use]
    pub fn promises(&self) -> String {
        let rows = self.promises.iter().map(Promise::row);
        format!("{}{}", Promise::HEAD, rows.collect::<String>())
    }

    /// The document.
    #[must_use]
    pub fn document(&self, machine: &[(&'static str, String)], took: Duration) -> String {
        let mut text = String::from("# What Signet costs\n\n");
        let date = Clock::System.now().date();
        let _ = writeln!(
            text,
            "Written by `make bench` on {date}; the run took {} seconds. Everything was measured in this one run on one \
             machine, the load generator included: {} keep-alive connections over loopback, 1 s of warm-up, then 5 s in \
             turns of 1 s with what a line is compared with.\n",
            took.as_secs(),
            super::load::CONNECTIONS,
        );
        for (name, value) in machine {
            let _ = writeln!(text, "- {name}: {value}");
        }
        text.push_str("\n## Promises\n\n");
        text.push_str(&self.promises());
        text.push_str("\n## Measured\n\n");
        text.push_str(Line::HEAD);
        text.extend(self.lines.iter().map(|line| line.row() + "\n"));
        text.push_str("\n## Notes\n\n");
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        text
    }
}

impl Line {
    const HEAD: &str = "| operation | per second | of what it is compared with | p50 ms | p99 ms | server CPU µs | \
                        Postgres CPU µs |\n|---|---|---|---|---|---|---|\n";

    fn row(&self) -> String {
        let Self { operation, measured, ratio } = self;
        let or_dash = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
        };
        format!(
            "| {operation} | {:.0} | {} | {} | {} | {} | {} |",
            measured.rate(),
            or_dash(*ratio, 2),
            or_dash(measured.within(500), 2),
            or_dash(measured.within(990), 2),
            or_dash(measured.server(), 1),
            or_dash(measured.database(), 1),
        )
    }
}

impl Promise {
    const HEAD: &str = "| promise | measured | holds |\n|---|---|---|\n";

    fn row(&self) -> String {
        let holds = match self.holds {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not measured here",
        };
        format!("| {} | {} | {holds} |\n", self.what, self.measured)
    }
}

/// Bytes in MB.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
