//! `curl` as the client: it sends paths and headers as they are given.

use std::{path::PathBuf, process::Stdio};

use tokio::{io::AsyncWriteExt, process::Command};

use super::upstream::Seen;

/// A request to be made.
pub struct Curl {
    command: Command,
    body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A GET of a URL, whose certificate an authority vouches for.
pub fn get(ca: &PathBuf, url: &str) -> Curl {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--include", "--path-as-is", "--globoff"]);
    command.args(["--noproxy", "*", "--max-time", "30", "--cacert"]).arg(ca).arg(url);
    Curl { command, body: None }
}

impl Curl {
    /// With a header. `name;` is one without a value.
    pub fn with(mut self, header: impl AsRef<str>) -> Self {
        self.command.args(["--header", header.as_ref()]);
        self
    }

    /// By another method.
    pub fn by(mut self, method: &str) -> Self {
        self.command.args(["--request", method]);
        self
    }

    /// With a body.
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.command.args(["--data-binary", "@-", "--header", "Expect:"]);
        self.body = Some(body);
        self
    }

    /// With another argument.
    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// As a browser that opens a page.
    pub fn navigating(self) -> Self {
        self.with("Sec-Fetch-Mode: navigate")
            .with("Sec-Fetch-Dest: document")
            .with("Sec-Fetch-Site: none")
            .with("Accept: text/html,application/xhtml+xml,*/*;q=0.8")
    }

    pub async fn send(mut self) -> Answer {
        let stdin = if self.body.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = self
            .command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("curl is there");
        if let Some(body) = self.body {
            // What is refused need not be read to its end.
            let _ = child.stdin.take().expect("piped").write_all(&body).await;
        }
        let output = child.wait_with_output().await.expect("it ends");
        let text = String::from_utf8_lossy(&output.stdout);
        let problem = String::from_utf8_lossy(&output.stderr);
        let (head, body) =
            text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text}\n{problem}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(':'));
        Answer {
            status: status.expect("a status"),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }
}

impl Answer {
    /// All values of a header, one after another.
    pub fn header(&self, name: &str) -> String {
        let own = self.headers.iter().filter(|(own, _)| own == name);
        own.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// What the application was asked.
    pub fn seen(&self) -> Seen {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
