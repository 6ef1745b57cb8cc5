//! Whether the time of an answer tells who has an account: requests about people whom the server knows and about others,
//! one after the other and in an order that is as good as chance, over one connection.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use super::{
    flows::Form,
    load::{CONNECTIONS, Connection},
    ranks::Ranks,
    report::Report,
    signet::{self, Deployment},
};

/// Requests whose times are thrown away before the others.
const WARM_UP: usize = 40;

/// What is asked, how often, and where the answer leads.
struct Question {
    promise: &'static str,
    path: &'static str,
    requests: usize,
    leads_to: &'static str,
    fields: fn(&str) -> Vec<(&'static str, &str)>,
}

const QUESTIONS: [Question; 3] = [
    Question {
        promise: "sign-in: an unknown name takes as long as a known one with a wrong password",
        path: "/sign-in",
        requests: 1000,
        leads_to: "/sign-in",
        fields: |name| vec![("identifier", name), ("password", "not the right password")],
    },
    Question {
        promise: "forgotten password: an unknown name takes as long as a known one",
        path: "/forgot",
        requests: 2000,
        leads_to: "/forgot/sent",
        fields: |name| vec![("identifier", name)],
    },
    Question {
        promise: "registration: an address without an account takes as long as one with",
        path: "/register",
        requests: 2000,
        leads_to: "/register/sent",
        fields: |name| vec![("email", name)],
    },
];

/// Asks every question of a server that counts no one out and sends its mail.
pub async fn measure(deployment: &Deployment, report: &mut Report) -> anyhow::Result<()> {
    let sink = mail_server().await?;
    let most = i32::MAX.to_string();
    let port = sink.port().to_string();
    let server = deployment
        .start_with(&[
            ("SIGNET_SIGN_IN__ACCOUNT_ATTEMPTS", &most),
            ("SIGNET_SIGN_IN__ADDRESS_ATTEMPTS", &most),
            ("SIGNET_EMAIL__HOST", "127.0.0.1"),
            ("SIGNET_EMAIL__PORT", &port),
            ("SIGNET_EMAIL__TLS", "insecure_plaintext"),
            ("SIGNET_EMAIL__FROM", "no-reply@example.com"),
            ("SIGNET_EMAIL__REQUESTS_PER_RECIPIENT", &most),
            ("SIGNET_EMAIL__REQUESTS_PER_ADDRESS", &most),
            ("SIGNET_REGISTRATION__MODE", "open"),
        ])
        .await?;
    for question in &QUESTIONS {
        let [known, unknown] = ask(server.address, question).await?;
        let ranks = Ranks::of(&known, &unknown);
        let (low, high) = ranks.interval();
        let words = format!(
            "AUC {:.3} ({low:.3} to {high:.3}), z {:.1}; medians {:.2} and {:.2} ms",
            ranks.auc,
            ranks.z(),
            median(known),
            median(unknown)
        );
        super::print(&format!("{}: {words}", question.path));
        report.promise(question.promise, words, Some(!ranks.distinguishable()));
    }
    report.note(
        "Whether times tell who has an account: the AUC is how often an answer about someone unknown was slower than one \
         about someone known, 0.5 if that is chance, with its 95 % interval by Mann and Whitney's test. They count as \
         told apart where that is 3.29 standard errors and 0.05 off, both. Known ones come first among the medians.",
    );
    server.stop().await
}

/// The microseconds of each answer: about people who are known, and about others.
async fn ask(server: SocketAddr, question: &Question) -> anyhow::Result<[Vec<u32>; 2]> {
    let mut connection = Connection::open(server).await?;
    let form = Form::open(&mut connection).await?;
    let mut times = [Vec::new(), Vec::new()];
    // A generator of Lehmer's. Each request is of either kind by itself: what the one before it left to do in the
    // background must weigh on both alike.
    let mut chance: u64 = 20_261;
    for number in 0..WARM_UP + question.requests {
        chance = chance * 48_271 % 0x7fff_ffff;
        let kind = usize::from(chance > 0x3fff_ffff);
        let known = signet::email(number % CONNECTIONS);
        // As long as the others, and as many.
        let name = if kind == 0 { known } else { known.replace("person", "nobody") };
        let request = form.post(question.path, &(question.fields)(&name));
        let began = Instant::now();
        let answer = connection.exchange(&request).await?;
        let took = began.elapsed();
        answer.expect(303, "")?;
        let leads_to = answer.headers("location").next();
        ensure!(leads_to == Some(question.leads_to), "it leads to {leads_to:?}");
        if number >= WARM_UP {
            times[kind].push(u32::try_from(took.as_micros())?);
        }
    }
    Ok(times)
}

fn median(mut times: Vec<u32>) -> f64 {
    times.sort_unstable();
    f64::from(times.get(times.len() / 2).copied().unwrap_or_default()) / 1000.0
}

/// A mail server (RFC 5321) that accepts whatever it is handed.
async fn mail_server() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(accept_mail(stream));
        }
    });
    Ok(address)
}

async fn accept_mail(stream: TcpStream) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 bench\r\n").await?;
    let mut in_message = false;
    while let Some(line) = lines.next_line().await.context("the connection")? {
        let answer: &[u8] = match (in_message, line.as_str()) {
            (true, ".") => {
                in_message = false;
                b"250 taken\r\n"
            }
            (true, _) => continue,
            (false, "DATA") => {
                in_message = true;
                b"354 go on\r\n"
            }
            (false, "QUIT") => b"221 bye\r\n",
            (false, _) => b"250 bench\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}
