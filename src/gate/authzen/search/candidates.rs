//! What a search goes through: Signet's own people, clients and APIs by their ids, and then what is kept with the policies.

use std::sync::Arc;

use cedar_policy::EntityUid;

use super::page::Cursor;
use crate::{
    access::{engine, principal::Principal},
    gate::authzen::{decide::Judge, refusal::Refusal, resource::API, subject},
};

/// Something that may be found.
pub struct Candidate {
    /// Where it is in the order.
    pub cursor: Cursor,
    /// Its name.
    pub uid: EntityUid,
    /// It is a person or a client of Signet's.
    pub is_own: bool,
    /// What is known of such a one, if that fits the schema.
    pub known: Option<Arc<Principal>>,
}

/// The next ones of a type.
pub async fn candidates(
    judge: &Judge<'_>,
    kind: &str,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Candidate>, Refusal> {
    let kept_after = match after {
        Some(Cursor::Kept(id)) => Some(id.as_str()),
        other => {
            let own = own(judge, kind, other, limit).await?;
            if !own.is_empty() {
                return Ok(own);
            }
            None
        }
    };
    kept(judge, kind, kept_after, limit)
}

async fn own(
    judge: &Judge<'_>,
    kind: &str,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Candidate>, Refusal> {
    let after = after.map(|cursor| cursor.clone().id());
    let candidate = |id: String, is_own, known| {
        let uid = engine::uid(kind, &id)?;
        Some(Candidate { cursor: Cursor::Own(id), uid, is_own, known })
    };
    if kind == API {
        let catalogue = judge.app.replica.resources();
        let rest = catalogue.iter().map(|resource| resource.identifier.clone());
        let rest = rest.filter(|id| after.as_ref().is_none_or(|after| id > after)).take(limit);
        return Ok(rest.filter_map(|id| candidate(id, false, None)).collect());
    }
    let replica = &judge.app.replica;
    let found = match kind {
        "User" => replica.people(after.as_deref(), limit, judge.now).await?,
        "Client" => replica.machines(after.as_deref(), limit, judge.now).await?,
        _ => return Ok(Vec::new()),
    };
    Ok(found
        .into_iter()
        .filter_map(|(subject, known)| candidate(subject.id(), true, known.map(Arc::new)))
        .collect())
}

fn kept(
    judge: &Judge<'_>,
    kind: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Candidate>, Refusal> {
    let all = judge.engine()?.store().of_type(kind);
    let from = after.map_or(0, |after| all.partition_point(|uid| uid.id().unescaped() <= after));
    let catalogue = judge.app.replica.resources();
    // What Signet knows by itself was there already, or is not to be found.
    let known =
        |id: &str| subject::own(kind, id).is_some() || (kind == API && catalogue.get(id).is_some());
    let rest = all[from..].iter().filter(|uid| !known(uid.id().unescaped())).take(limit);
    let candidate = |uid: &EntityUid| Candidate {
        cursor: Cursor::Kept(uid.id().unescaped().to_owned()),
        uid: uid.clone(),
        is_own: false,
        known: None,
    };
    Ok(rest.map(candidate).collect())
}
