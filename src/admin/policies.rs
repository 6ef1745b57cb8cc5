//! Policies: checked, saved as a version, and gone back to.

use serde_json::json;
use uuid::Uuid;

use super::{Error, actor, record, roles};
use crate::{
    access::{
        engine::Engine,
        roles::Roles,
        source::{Problem, Source},
    },
    app::App,
    audit::{Event, Kind},
    storage::policies::VersionRow,
};

/// Checks policies against the schema and these roles. Returns what they decide, and what may be a slip.
pub fn check(source: &Source, roles: &Roles) -> Result<(Engine, Vec<String>), Error> {
    let invalid = |problem: Problem| Error::Invalid(problem.to_string());
    let mut warnings = source.check(roles).map_err(invalid)?;
    // Also what annotations say.
    let engine = Engine::new(source, roles).map_err(invalid)?;
    warnings.extend(engine.warnings());
    Ok((engine, warnings))
}

/// Saves policies as a version, which decides from now on. Returns its id, and what may be a slip.
pub async fn save(app: &App, source: &Source, comment: &str) -> Result<(Uuid, Vec<String>), Error> {
    let (_, warnings) = check(source, &roles::stored(app).await?)?;
    let links = serde_json::to_value(&source.links).map_err(|error| error.to_string())?;
    let version = VersionRow {
        id: app.uuid(),
        schema: source.schema.clone(),
        policies: source.policies.clone(),
        links,
        entities: source.entities.clone(),
        comment: comment.to_owned(),
        created_by: actor(),
        created_at: app.clock.now(),
    };
    crate::storage::policies::save(&app.db, &version, activation(app).await?).await?;
    changed(app, version.id, "saved").await?;
    Ok((version.id, warnings))
}

/// Goes back to a version that decided before, or on to one.
pub async fn activate(app: &App, version: Uuid) -> Result<(), Error> {
    let now = app.clock.now();
    let id = activation(app).await?;
    let there = crate::storage::policies::activate(&app.db, version, id, &actor(), now).await?;
    if !there {
        return Err(Error::Invalid(format!("there is no version {version}")));
    }
    changed(app, version, "activated").await
}

/// The id of an activation. They are in order: one comes after all that were before, also within a millisecond, and where
/// this machine's clock is behind that of another one (RFC 9562 §6.2).
async fn activation(app: &App) -> Result<Uuid, Error> {
    let drawn = app.uuid();
    let last = crate::storage::policies::last_activation(&app.db).await?;
    Ok(last.map_or(drawn, |last| drawn.max(Uuid::from_u128(last.as_u128().saturating_add(1)))))
}

async fn changed(app: &App, version: Uuid, how: &str) -> Result<(), Error> {
    let detail = json!({ "version": version, "how": how });
    record(app, Event::new(Kind::PoliciesChanged).detail(detail)).await?;
    app.replica.reload_authority().await?;
    Ok(())
}
