//! `signet user`.

use std::{io::Read, process::ExitCode};

use anyhow::Context;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{application, looking, print};
use crate::{
    admin::{
        attributes,
        users::{self, Choice, Policy, Profile},
    },
    clock::Timestamp,
    config::{Config, Mfa},
    identity::text,
    storage::{self, users::UserRow},
};

/// What to do to people.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List them.
    #[command(after_help = "Example:\n  signet user list")]
    List,
    /// Add one. Without --password-stdin they have no password yet.
    #[command(
        after_help = "Example:\n  signet user add alice@example.com --username alice --password-stdin < password"
    )]
    Add {
        /// The e-mail address.
        email: String,
        /// The user name.
        #[arg(long)]
        username: Option<String>,
        /// What to call them.
        #[arg(long)]
        name: Option<String>,
        /// Count the e-mail address as proven.
        #[arg(long)]
        verified: bool,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
        /// Let them keep that password: otherwise they replace it at the first sign-in.
        #[arg(long)]
        keep: bool,
    },
    /// Send someone a link by which they make an account. A running server sends it.
    #[command(after_help = "Example:\n  signet user invite alice@example.com")]
    Invite {
        /// The e-mail address.
        email: String,
    },
    /// Set a password, read from standard input. They are signed out everywhere, and replace it at the next sign-in.
    #[command(after_help = "Example:\n  signet user set-password alice < password")]
    SetPassword {
        /// E-mail address or user name.
        login: String,
        /// Let them keep it.
        #[arg(long)]
        keep: bool,
    },
    /// Show one: what they are called, what they prove who they are with, and what is demanded of them.
    #[command(after_help = "Example:\n  signet user show alice")]
    Show {
        /// E-mail address or user name.
        login: String,
    },
    /// Change what is demanded of someone, or what is said of them.
    #[command(
        after_help = "Example:\n  signet user set alice --mfa always --administrator\n  signet user set alice --profile birthdate=1990-02-28 --profile address.locality=Berlin\n  signet user set alice --attribute 'department=\"sales\"' --attribute clearance=3"
    )]
    Set {
        /// E-mail address or user name.
        login: String,
        /// Whether a second factor is demanded; default: as configured.
        #[arg(long, value_enum)]
        mfa: Option<Demand>,
        /// Whether they run Signet or its clients: a second factor is always demanded of them.
        #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        administrator: Option<bool>,
        /// A part of the profile, by its name in OpenID Connect; nothing after = takes it away.
        #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
        profile: Vec<(String, String)>,
        /// What policies know of them: a text, a whole number, true, false, or lists and tables of these, as JSON; nothing
        /// after = takes it away.
        #[arg(long, value_name = "KEY=JSON", value_parser = attribute)]
        attribute: Vec<(String, Option<Value>)>,
    },
    /// Remove the authenticator, recovery codes and passkeys of someone who lost them all, and sign them out.
    #[command(after_help = "Example:\n  signet user reset-factors alice")]
    ResetFactors {
        /// E-mail address or user name.
        login: String,
    },
    /// Refuse sign-in, end every session and revoke every grant.
    #[command(after_help = "Example:\n  signet user disable alice@example.com")]
    Disable {
        /// E-mail address or user name.
        login: String,
    },
    /// Allow sign-in again.
    #[command(after_help = "Example:\n  signet user enable alice@example.com")]
    Enable {
        /// E-mail address or user name.
        login: String,
    },
}

/// Whether a second factor is demanded of a person.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Demand {
    /// Not even if they have one.
    Never,
    /// If they have one.
    WhenEnrolled,
    /// In any case.
    Always,
    /// As configured.
    Default,
}

impl Demand {
    /// What is stored for it.
    pub const fn mfa(self) -> Option<Mfa> {
        match self {
            Self::Never => Some(Mfa::Never),
            Self::WhenEnrolled => Some(Mfa::WhenEnrolled),
            Self::Always => Some(Mfa::Always),
            Self::Default => None,
        }
    }
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => return list(&looking(&config).await?).await,
        Command::Show { login } => return show(&looking(&config).await?, &login).await,
        _ => {}
    }
    let app = application(config).await?;
    match command {
        Command::List | Command::Show { .. } => {}
        Command::Set { login, mfa, administrator, profile, attribute } => {
            let user = find(&app.db, &login).await?;
            let policy = Policy { mfa: mfa.map(Demand::mfa), administrator };
            users::set_policy(&app, user.id, &policy).await?;
            users::change_profile(&app, user.id, &profile).await?;
            if !attribute.is_empty() {
                attributes::change(&app, user.id, &attribute).await?;
            }
        }
        Command::ResetFactors { login } => {
            let user = find(&app.db, &login).await?;
            if !users::reset_factors(&app, user.id).await? {
                print("there were none");
            }
        }
        Command::Add { email, username, name, verified, password_stdin, keep } => {
            let profile = Profile { email, email_verified: verified, username, name };
            let password = if password_stdin {
                Some(users::check_password(&app, &profile, &read_password()?).await?)
            } else {
                None
            };
            let id = users::put(&app, None, &profile).await?;
            if let Some(password) = password {
                users::set_password(&app, id, password, choice(keep)).await?;
            }
            print(&id.to_string());
        }
        Command::Invite { email } => users::invite(&app, &email).await?,
        Command::SetPassword { login, keep } => {
            let UserRow { id, email, email_verified, username, name, .. } =
                find(&app.db, &login).await?;
            let profile = Profile { email, email_verified, username, name };
            let password = users::check_password(&app, &profile, &read_password()?).await?;
            users::set_password(&app, id, password, choice(keep)).await?;
        }
        Command::Disable { login } => {
            let user = find(&app.db, &login).await?;
            users::set_disabled(&app, user.id, true).await?;
        }
        Command::Enable { login } => {
            let user = find(&app.db, &login).await?;
            users::set_disabled(&app, user.id, false).await?;
        }
    }
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &PgPool) -> anyhow::Result<ExitCode> {
    const PAGE: i64 = 500;
    let mut after = String::new();
    loop {
        let page = storage::users::list(db, &after, PAGE).await?;
        for user in &page {
            let state = if user.disabled_at.is_some() { "disabled" } else { "enabled" };
            let name = user.name.as_deref().unwrap_or("");
            print(&format!("{}  {state:<8}  {}  {name}", user.id, user.email));
        }
        match page.last() {
            Some(last) if i64::try_from(page.len()) == Ok(PAGE) => {
                after = text::identifier_key(&last.email);
            }
            _ => return Ok(ExitCode::SUCCESS),
        }
    }
}

async fn show(db: &PgPool, login: &str) -> anyhow::Result<ExitCode> {
    let user = find(db, login).await?;
    let details = storage::users::details(db, user.id).await?;
    let details = details.with_context(|| format!("there is no user {login}"))?;
    let yes = |fact: bool| if fact { "yes" } else { "no" };
    let state = if user.disabled_at.is_some() { "disabled" } else { "enabled" };
    let password = match (details.password, details.password_expired) {
        (false, _) => "no",
        (true, false) => "yes",
        (true, true) => "to be replaced at the next sign-in",
    };
    for (what, value) in [
        ("id", user.id.to_string()),
        ("e-mail", user.email),
        ("verified", yes(user.email_verified).to_owned()),
        ("user name", user.username.unwrap_or_default()),
        ("name", user.name.unwrap_or_default()),
        ("sign-in", state.to_owned()),
        ("administrator", yes(details.administrator).to_owned()),
        ("mfa", details.mfa.unwrap_or_else(|| "default".to_owned())),
        ("password", password.to_owned()),
        ("authenticator", yes(details.totp).to_owned()),
        ("passkeys", details.passkeys.to_string()),
        ("recovery codes", details.recovery_codes.to_string()),
        ("deleted at", details.delete_at.map(|at| at.to_string()).unwrap_or_default()),
    ] {
        print(format!("{what:<15}  {value}").trim_end());
    }
    let row = storage::profiles::get(db, user.id).await?;
    let said = row.map(|row| row.profile.to_string()).filter(|said| said != "{}");
    if let Some(said) = said {
        print(&format!("{:<15}  {said}", "profile"));
    }
    show_access(db, user.id).await?;
    Ok(ExitCode::SUCCESS)
}

/// What they hold, by themself and by groups.
async fn show_access(db: &PgPool, user: Uuid) -> anyhow::Result<()> {
    let attributes = storage::users::attributes(db, user).await?;
    let said = attributes.map(|said| said.to_string()).filter(|said| said != "{}");
    if let Some(said) = said {
        print(&format!("{:<15}  {said}", "attributes"));
    }
    let until = |at: Option<Timestamp>| at.map(|at| format!("  until {at}")).unwrap_or_default();
    let groups = storage::groups::of(db, user).await?;
    for group in &groups {
        print(&format!("{:<15}  {}{}", "group", group.group_name, until(group.expires_at)));
    }
    for row in storage::roles::of(db, "user", &user.to_string()).await? {
        print(&format!("{:<15}  {}{}", "role", row.role, until(row.expires_at)));
    }
    for group in &groups {
        for row in storage::roles::of(db, "group", &group.group_name).await? {
            let ends = [row.expires_at, group.expires_at].into_iter().flatten().min();
            let by = format!("by group {}{}", group.group_name, until(ends));
            print(&format!("{:<15}  {}  {by}", "role", row.role));
        }
    }
    Ok(())
}

fn attribute(text: &str) -> Result<(String, Option<Value>), String> {
    let (name, json) = text.split_once('=').ok_or("give it as KEY=JSON")?;
    if json.is_empty() {
        return Ok((name.to_owned(), None));
    }
    match serde_json::from_str(json) {
        Ok(value) => Ok((name.to_owned(), Some(value))),
        Err(_) => Err(format!("{json} is no JSON: texts are in quotation marks")),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("give it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The person of that e-mail address or user name.
pub async fn find(db: &PgPool, login: &str) -> anyhow::Result<UserRow> {
    storage::users::find(db, &text::identifier_key(login))
        .await?
        .with_context(|| format!("there is no user {login}"))
}

const fn choice(keep: bool) -> Choice {
    if keep { Choice::Lasting } else { Choice::Temporary }
}

fn read_password() -> anyhow::Result<zeroize::Zeroizing<String>> {
    let mut text = zeroize::Zeroizing::new(String::new());
    std::io::stdin().read_to_string(&mut text)?;
    Ok(zeroize::Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
