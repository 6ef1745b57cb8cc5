//! `make bench`: what Signet's requests cost, held against what they would cost at the least. Prints what it measures
//! and writes `benches/RESULTS.md`. With an argument, as in `cargo bench --bench load -- documents`, it measures that
//! part alone and writes nothing.
//!
//! Both servers run in processes of their own, and so does Postgres, with its default settings. Nothing leaves the
//! machine.

mod decisions;
mod floor;
mod flows;
mod gate;
mod load;
mod machine;
mod measure;
mod ranks;
mod report;
mod signet;
mod timing;

use std::{net::SocketAddr, process::Stdio, time::Duration};

use anyhow::Context;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::Instant,
};

use self::{
    load::{CONNECTIONS, Connection, Flows, Repeat},
    machine::Processes,
    measure::{Contender, Measured},
    report::{Report, megabytes},
    signet::{APPLICATION, DECIDER, Deployment, SCOPE, SERVICE, Server},
};

/// Distinct tokens that are introspected in turn.
const TOKENS: usize = 1000;
/// People who log in at once.
const PEOPLE: usize = 8;
/// The pace of the requests beside them, a connection: 500 a second together.
const PACE: Duration = Duration::from_millis(64);
/// How the answer about a live token begins.
const ACTIVE: &str = "{\"active\":true";

/// The one that Signet uses, for the floor's sake: what is measured is what Signet does, and not its allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Cargo adds `--bench`.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if only.as_deref() == Some("floor") {
        return floor::serve().await;
    }
    let deployment = Deployment::make().await?;
    // Postgres has a process group of its own: whoever interrupts us wants it to end too.
    let outcome = tokio::select! {
        outcome = run(&deployment, only) => outcome,
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Into::into),
    };
    deployment.remove().await?;
    outcome
}

#[expect(clippy::print_stdout, reason = "what a benchmark prints is its result")]
fn print(text: &str) {
    println!("{text}");
}

async fn run(deployment: &Deployment, only: Option<String>) -> anyhow::Result<()> {
    let began = Instant::now();
    let db = sqlx::PgPool::connect(&deployment.url()).await?;
    let postgres: String = sqlx::query_scalar("SHOW server_version").fetch_one(&db).await?;
    db.close().await;
    let machine = machine::describe(deployment.folder(), &postgres).await;
    let server = deployment.start().await?;
    let started = machine::resident(server.pid);
    let bench = Bench { deployment, floor: Floor::start().await?, server };
    let mut report = Report::default();

    if let Some(only) = only {
        bench.only(&only, &mut report).await?;
        bench.server.stop().await?;
        print(&format!("\n{}", report.promises()));
        return Ok(());
    }
    // What leaves nothing behind comes first: what is remembered of tokens takes room in the processor's caches.
    bench.documents(&mut report).await?;
    let token_rate = bench.client_credentials(&mut report).await?;
    bench.introspection(&mut report).await?;
    bench.people(&mut report, token_rate).await?;
    bench.log_ins(&mut report).await?;
    memory(&mut report, started, machine::resident(bench.server.pid));
    // What it leaves behind is remembered, so it comes after memory was looked at.
    bench.decisions(&mut report).await?;
    let ready = bench.server.ready_after.as_millis();
    let holds = Some(ready < 200);
    report.promise("ready within 200 ms on a migrated database", format!("{ready} ms"), holds);
    notes(&mut report);

    bench.server.stop().await?;
    timing::measure(deployment, &mut report).await?;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/RESULTS.md");
    std::fs::write(file, report.document(&machine, began.elapsed())).context(file)?;
    print(&format!("\n{}\nwritten to {file}", report.promises()));
    Ok(())
}

/// The floor's process; it ends with ours.
struct Floor {
    process: Child,
    address: SocketAddr,
}

impl Floor {
    async fn start() -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("floor")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().context("the floor has no output")?;
        let address = BufReader::new(output).lines().next_line().await?;
        let address = address.context("the floor does not start")?.parse()?;
        Ok(Self { process, address })
    }
}

struct Bench<'a> {
    deployment: &'a Deployment,
    floor: Floor,
    server: Server,
}

impl Bench<'_> {
    fn floor(&self, flows: Flows) -> Contender {
        let pid = self.floor.process.id().unwrap_or_default();
        Contender { address: self.floor.address, pid, flows }
    }

    fn signet(&self, flows: Flows) -> Contender {
        Contender { address: self.server.address, pid: self.server.pid, flows }
    }

    fn postgres(&self) -> Option<Processes> {
        self.deployment.postmaster().map(Processes::Family)
    }

    /// A request for a token of `resource`, the same for both.
    fn issue(&self, path: &str, resource: &str) -> Vec<u8> {
        let pairs =
            [("grant_type", "client_credentials"), ("scope", SCOPE), ("resource", resource)];
        load::post(path, &self.deployment.authorization(SERVICE), &pairs)
    }

    /// One part alone, for whoever works on it.
    async fn only(&self, part: &str, report: &mut Report) -> anyhow::Result<()> {
        match part {
            "tokens" => drop(self.client_credentials(report).await?),
            "introspection" => self.introspection(report).await?,
            "documents" => self.documents(report).await?,
            "people" => {
                let tokens = self.client_credentials(&mut Report::default()).await?;
                self.people(report, tokens).await?;
            }
            "decisions" => self.decisions(report).await?,
            "log-ins" => self.log_ins(report).await?,
            "timing" => timing::measure(self.deployment, report).await?,
            _ => anyhow::bail!(
                "there is no such part: tokens, introspection, documents, people, log-ins, \
                 decisions, timing"
            ),
        }
        Ok(())
    }

    /// Returns Signet's rate with ES256.
    async fn client_credentials(&self, report: &mut Report) -> anyhow::Result<Measured> {
        let mut of_es256 = Measured::default();
        for (alg, floor, resource) in
            [("ES256", floor::ES256, signet::ES256), ("EdDSA", floor::EDDSA, signet::EDDSA)]
        {
            let tokens = |path| Repeat::flows(vec![self.issue(path, resource)], flows::TOKEN);
            let contenders = [self.floor(tokens(floor)), self.signet(tokens("/token"))];
            let [least, ours] = measure::alternate(contenders, self.postgres()).await?;
            report.line(&format!("floor: sign {alg}"), &least);
            let ratio = report.compared(&format!("client credentials, {alg}"), &ours, &least);
            if alg == "ES256" {
                let promise = "client credentials, ES256: 0.8 of the floor's rate";
                report.at_least(promise, ratio, 0.8);
                of_es256 = ours;
            }
        }
        Ok(of_es256)
    }

    async fn introspection(&self, report: &mut Report) -> anyhow::Result<()> {
        let authorization = self.deployment.authorization(SERVICE);
        let mut requests = Vec::new();
        for (address, issue) in [
            (self.floor.address, self.issue(floor::ES256, signet::ES256)),
            (self.server.address, self.issue("/token", signet::ES256)),
        ] {
            let mut connection = Connection::open(address).await?;
            let mut about = Vec::with_capacity(TOKENS);
            for _ in 0..TOKENS {
                let token = flows::access_token(&connection.exchange(&issue).await?)?;
                about.push(load::post(floor::INTROSPECT, &authorization, &[("token", &token)]));
            }
            requests.push(Repeat::flows(about, ACTIVE));
        }
        let (ours, least) =
            (requests.pop().unwrap_or_default(), requests.pop().unwrap_or_default());
        let contenders = [self.floor(least), self.signet(ours)];
        let [least, ours] = measure::alternate(contenders, self.postgres()).await?;
        report.line("floor: verify ES256", &least);
        let ratio = report.compared("introspection of 1,000 tokens in turn", &ours, &least);
        report.at_least("introspection of a JWT: 0.8 of a floor that verifies", ratio, 0.8);
        let issue = self.issue("/token", signet::ES256);
        let first = self.signet(flows::first_looks(&issue, &authorization));
        let first = measure::alone(first, None, self.postgres()).await?;
        report.line("client credentials and the first introspection, both", &first);
        Ok(())
    }

    async fn documents(&self, report: &mut Report) -> anyhow::Result<()> {
        let read = |path| Repeat::flows(vec![load::get(path, "")], "");
        let contenders = [
            self.floor(read(floor::BARE)),
            self.signet(read("/jwks")),
            self.signet(read("/.well-known/openid-configuration")),
        ];
        let [bare, jwks, discovery] = measure::alternate(contenders, self.postgres()).await?;
        report.line("floor: bare GET", &bare);
        let ratio = report.compared("JWKS", &jwks, &bare);
        report.at_least("JWKS: 0.9 of a bare GET", ratio, 0.9);
        let ratio = report.compared("discovery", &discovery, &bare);
        report.at_least("discovery: 0.9 of a bare GET", ratio, 0.9);
        Ok(())
    }

    /// Refreshes and code flows.
    async fn people(&self, report: &mut Report, tokens: Measured) -> anyhow::Result<()> {
        let authorization = self.deployment.authorization(APPLICATION);
        let sessions = flows::sessions(self.server.address).await?;
        let refreshes = flows::refreshes(self.server.address, &sessions, &authorization).await?;
        self.deployment.add_grants().await?;
        let (url, postmaster) = (self.deployment.url(), self.deployment.postmaster());
        let refreshes = self.signet(refreshes);
        let (ours, least) = measure::beside_pgbench(refreshes, &url, postmaster).await?;
        if let Some(least) = &least {
            report.line("pgbench: UPDATE of a row by key, RETURNING", least);
            let ratio = report.compared("refresh", &ours, least);
            report.at_least("refresh: 0.8 of pgbench's single-row updates", ratio, 0.8);
        } else {
            report.line("refresh", &ours);
            let promise = "refresh: 0.8 of pgbench's single-row updates";
            report.promise(promise, "no pgbench here".to_owned(), None);
        }
        let ratio = ours.rate() / tokens.rate();
        report.at_least("refresh: 0.5 of the client credentials rate", ratio, 0.5);

        let flows = flows::code_flows(&sessions, &authorization);
        let codes = measure::alone(self.signet(flows), None, self.postgres()).await?;
        report.line("code flow with ID token: `authorize` and `token`, both", &codes);
        let rate = format!("{:.0} flows/s", codes.rate());
        report.promise("code exchange: one statement each (the tests count them)", rate, None);
        Ok(())
    }

    async fn decisions(&self, report: &mut Report) -> anyhow::Result<()> {
        decisions::fill(&self.deployment.url()).await?;
        let authorization = self.deployment.authorization(DECIDER);
        let questions = decisions::questions(&self.server, &authorization).await?;
        let bare = Repeat::flows(vec![load::get(floor::BARE, "")], "");
        let contenders = [self.floor(bare), self.signet(questions)];
        let [least, ours] = measure::alternate(contenders, self.postgres()).await?;
        report.line("floor: bare GET", &least);
        report.compared("decision: 1,000 policies, 100,000 assignments", &ours, &least);
        let beyond = ours.server().zip(least.server()).map(|(ours, least)| ours - least);
        report.promise(
            "a decision under 100 µs of CPU beyond a bare GET, with 1,000 policies and 100,000 role assignments",
            beyond.map_or_else(|| "unknown".to_owned(), |beyond| format!("{beyond:.0} µs")),
            beyond.map(|beyond| beyond < 100.0),
        );
        self.gate(report).await
    }

    /// After decisions, whose people and policies it has.
    async fn gate(&self, report: &mut Report) -> anyhow::Result<()> {
        let questions = gate::questions(&self.server, &self.deployment.url()).await?;
        let bare = Repeat::flows(vec![load::get(floor::BARE, "")], "");
        let asked = Contender { address: self.server.gate, ..self.signet(questions) };
        let contenders = [self.floor(bare), asked];
        let [least, ours] = measure::alternate(contenders, self.postgres()).await?;
        report.line("floor: bare GET, beside the gate", &least);
        report.compared("the gate: a request by API key, answered with a JWT", &ours, &least);
        let beyond = ours.server().zip(least.server()).map(|(ours, least)| ours - least);
        report.promise(
            "the gate under 100 µs of CPU beyond a bare GET, with the same policies and assignments",
            beyond.map_or_else(|| "unknown".to_owned(), |beyond| format!("{beyond:.0} µs")),
            beyond.map(|beyond| beyond < 100.0),
        );
        Ok(())
    }

    async fn log_ins(&self, report: &mut Report) -> anyhow::Result<()> {
        let address = self.server.address;
        let people =
            [flows::log_ins(address, PEOPLE).await?, flows::log_ins(address, PEOPLE).await?];
        let tokens = || Repeat::flows(vec![self.issue("/token", signet::ES256)], flows::TOKEN);
        let contender = |flows| self.signet(flows);
        let others = [tokens(), tokens()];
        let measured = measure::log_ins(contender, people, others, PACE, self.postgres()).await?;
        report.line("password log-ins, 8 at once", &measured.alone);
        report.line("client credentials at a steady pace", &measured.others_idle);
        report.line("the same beside log-ins", &measured.others_busy);
        report.line("those log-ins", &measured.beside);
        let rest = measured.hashing.map(|share| 1.0 - share);
        report.promise(
            "log-in: all but argon2id under 5 % of its cost",
            rest.map_or_else(|| "unknown".to_owned(), |rest| format!("{:.1} %", rest * 100.0)),
            rest.map(|rest| rest < 0.05),
        );
        let p99 = |measured: &Measured| measured.within(990);
        let times = p99(&measured.others_busy).zip(p99(&measured.others_idle));
        let times = times.map(|(busy, idle)| busy / idle);
        report.promise(
            "other requests' p99 under 3 times its idle value while log-ins saturate their pool",
            times.map_or_else(|| "unknown".to_owned(), |times| format!("{times:.1} times")),
            times.map(|times| times < 3.0),
        );
        Ok(())
    }
}

type Memory = Option<(u64, u64)>;

fn memory(report: &mut Report, started: Memory, loaded: Memory) {
    let unknown = || "unknown".to_owned();
    report.promise(
        "memory after start under 40 MB",
        started.map_or_else(unknown, |(now, _)| megabytes(now)),
        started.map(|(now, _)| now < 40_000_000),
    );
    report.promise(
        "memory under load under 100 MB with 100,000 live grants",
        loaded.map_or_else(unknown, |(_, peak)| format!("{} at most", megabytes(peak))),
        loaded.map(|(_, peak)| peak < 100_000_000),
    );
}

fn notes(report: &mut Report) {
    report.note(
        "The floor is axum: it reads the form, signs or verifies with a key parsed once, and answers; it authenticates \
         no client and keeps nothing. CPU is that of the whole process, kernel time included.",
    );
    report.note(
        "Signet remembers tokens whose signature it verified, the floor verifies each time. What a first look costs is \
         in the line that issues a token and introspects it once, less the line that issues.",
    );
    report.note(
        "Postgres runs with its default settings: commits wait for the disk. Signet has its default 16 connections, \
         pgbench one for each of its 32 clients, with prepared statements; both work beside 100,000 other rows.",
    );
    report.note(format!(
        "Refreshes come without ID tokens, code flows with one signed ES256. Requests beside log-ins come at {} a \
         second.",
        CONNECTIONS * 1000 / usize::try_from(PACE.as_millis()).unwrap_or(usize::MAX)
    ));
    report.note("Signet, the floor and the load generator were built with the bench profile, as a release is.");
}
