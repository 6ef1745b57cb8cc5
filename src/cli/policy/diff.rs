//! `signet policy diff`.

use std::{collections::BTreeMap, path::Path};

use uuid::Uuid;

use super::{People, files, looking, print, roles, stored, warn};
use crate::{
    access::{
        asked::Asked,
        engine::{Engine, Malformed, Outcome},
        expected::set,
    },
    admin::policies,
    config::{Config, Recorded},
    storage,
};

/// Decisions read at a time.
const PAGE: i64 = 1000;

pub async fn run(config: &Config, folder: &Path, last: u32) -> anyhow::Result<()> {
    let source = files::read(folder)?;
    let db = looking(config).await?;
    let roles = roles(&db).await?;
    let (after, warnings) = policies::check(&source, &roles)?;
    warn(&warnings);
    let before = Engine::new(&stored(&db, None).await?.1, &roles)?;

    let mut people = People::default();
    let mut changes: BTreeMap<String, usize> = BTreeMap::new();
    let (mut seen, mut altered) = (0, 0);
    let mut at = Uuid::max();
    while seen < i64::from(last) {
        let page = storage::decisions::list(&db, at, PAGE.min(i64::from(last) - seen)).await?;
        let Some(end) = page.last() else { break };
        at = end.id;
        for row in page {
            seen += 1;
            // What another release recorded.
            let Ok(mut asked) = serde_json::from_value::<Asked>(row.asked) else { continue };
            people.fill(&db, &mut asked.subject).await?;
            let was = asked.decide(&before, &roles, row.at);
            let becomes = asked.decide(&after, &roles, row.at);
            if essence(&was) != essence(&becomes) {
                altered += 1;
                *changes.entry(described(&asked, &was, &becomes)).or_default() += 1;
            }
        }
    }
    for (change, count) in changes {
        let times = if count > 1 { format!("\n    {count} times") } else { String::new() };
        print(&format!("{change}{times}"));
    }
    print(&format!("{altered} of {seen} recorded decisions change"));
    match config.access.record_decisions {
        Recorded::All => {}
        Recorded::Denied => print(
            "only those that do not permit are recorded (access.record_decisions): what is permitted now is not looked at",
        ),
        Recorded::None => print("decisions are not recorded (access.record_decisions)"),
    }
    Ok(())
}

/// What whoever asks would notice.
fn essence(outcome: &Result<Outcome, Malformed>) -> Option<impl PartialEq> {
    let Outcome { permitted, step_up, obligations, .. } = outcome.as_ref().ok()?;
    Some((*permitted, step_up.clone(), obligations.clone()))
}

fn described(
    asked: &Asked,
    was: &Result<Outcome, Malformed>,
    becomes: &Result<Outcome, Malformed>,
) -> String {
    let Asked { subject, action, resource, .. } = asked;
    format!(
        "{} → {}  {}::\"{}\" {action} {}::\"{}\"\n    before: {}\n    after: {}",
        word(was),
        word(becomes),
        subject.kind,
        subject.id,
        resource.kind,
        resource.id,
        reason(was),
        reason(becomes),
    )
}

fn word(outcome: &Result<Outcome, Malformed>) -> &'static str {
    match outcome {
        Ok(outcome) if outcome.permitted => "permit",
        Ok(outcome) if outcome.step_up.is_some() => "step-up",
        Ok(_) => "deny",
        Err(_) => "error",
    }
}

fn reason(outcome: &Result<Outcome, Malformed>) -> String {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(malformed) => return malformed.to_string(),
    };
    let step_up = outcome.step_up.as_ref().map(|step_up| format!("step-up {step_up}"));
    let obligations = &outcome.obligations;
    let obligations =
        (!obligations.is_empty()).then(|| format!("obligations {}", set(obligations)));
    let errors = outcome.errors.iter().map(|(id, error)| format!("{id} failed: {error}"));
    let parts = [set(&outcome.policies)].into_iter().chain(step_up).chain(obligations);
    parts.chain(errors).collect::<Vec<_>>().join("; ")
}
