//! `signet policy explain`.

use anyhow::Context;
use serde_json::{Map, Value};
use sqlx::PgPool;
use uuid::Uuid;

use super::{People, print, roles, stored};
use crate::{
    access::{
        asked::Asked,
        engine::{Engine, Outcome},
        expected::set,
        roles::Roles,
        source::Source,
    },
    clock::Timestamp,
    storage,
};

pub async fn run(db: &PgPool, id: Uuid) -> anyhow::Result<()> {
    let row = storage::decisions::get(db, id)
        .await?
        .with_context(|| format!("no decision {id} is on record"))?;
    let mut asked: Asked = serde_json::from_value(row.asked).context("what was asked")?;
    let outcome: Outcome = serde_json::from_value(row.outcome).context("what came of it")?;
    line("decision", &id.to_string());
    line("at", &row.at.to_string());
    line("asked by", &row.caller.map_or_else(|| "Signet".to_owned(), |id| format!("client {id}")));
    line("subject", &format!("{}::\"{}\"", asked.subject.kind, asked.subject.id));
    line("  groups", &asked.subject.groups.join(", "));
    line("  roles", &asked.subject.roles.join(", "));
    members("  has", &asked.subject.properties);
    line("action", &asked.action);
    line("resource", &format!("{}::\"{}\"", asked.resource.kind, asked.resource.id));
    line("  in", &asked.resource.parents.join(", "));
    members("  has", &asked.resource.properties);
    members("context", &asked.context);
    for thing in &asked.others {
        line("named", &format!("{}::\"{}\"", thing.kind, thing.id));
        members("  has", &thing.properties);
    }
    show("decided", &outcome);

    let roles = roles(db).await?;
    let (current, in_force) = stored(db, None).await?;
    let then = match row.version {
        Some(version) => stored(db, Some(version)).await?.1,
        None => Source::default(),
    };
    let version = row.version.map_or_else(|| "none was saved".to_owned(), |id| id.to_string());
    line("version", &version);
    for policy in &outcome.policies {
        let text = then.text_of(policy).unwrap_or_else(|| origin(policy).to_owned());
        print(&format!("\n{policy}:"));
        for text in text.lines() {
            print(&format!("    {text}"));
        }
    }
    print("");
    People::default().fill(db, &mut asked.subject).await?;
    again("again", &then, &roles, &asked, row.at);
    if current != row.version {
        line("in force", &current.map(|id| id.to_string()).unwrap_or_default());
        again("now", &in_force, &roles, &asked, row.at);
    }
    Ok(())
}

/// Where a policy comes from that no one wrote.
fn origin(policy: &str) -> &'static str {
    match policy.split_once(':') {
        Some(("role", _)) => "what the role of that name permits: see `signet role list`",
        Some(("signet", _)) => "what Signet permits unless a policy forbids it",
        _ => "not in that version any more",
    }
}

/// Makes the decision again, with what was held then and is known now of whoever asked.
fn again(name: &str, source: &Source, roles: &Roles, asked: &Asked, at: Timestamp) {
    let outcome = Engine::new(source, roles)
        .map_err(|problem| problem.to_string())
        .and_then(|engine| asked.decide(&engine, roles, at).map_err(|error| error.to_string()));
    match outcome {
        Ok(outcome) => show(name, &outcome),
        Err(problem) => line(name, &problem),
    }
}

fn show(name: &str, outcome: &Outcome) {
    let word = if outcome.permitted { "permit" } else { "deny" };
    line(name, &format!("{word}, by {}", set(&outcome.policies)));
    if let Some(step_up) = &outcome.step_up {
        line("  step-up", &step_up.to_string());
    }
    for reason in &outcome.reasons {
        line("  reason", reason);
    }
    for obligation in &outcome.obligations {
        line("  obligation", obligation);
    }
    for (id, error) in &outcome.errors {
        line("  error", &format!("{id}: {error}"));
    }
}

fn members(name: &str, values: &Map<String, Value>) {
    for (member, value) in values {
        line(name, &format!("{member} = {value}"));
    }
}

/// A line, if there is something in it.
fn line(name: &str, value: &str) {
    if !value.is_empty() {
        print(&format!("{name:<12}  {value}"));
    }
}
