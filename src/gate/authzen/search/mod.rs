//! Who may, with what, and what at all (`AuthZEN` § Search APIs): every candidate is decided about, a bounded number of them
//! a request.

mod candidates;
mod page;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use self::{
    candidates::{Candidate, candidates},
    page::{Cursor, Page, Turned},
};
use super::{
    action, caller,
    decide::{Judge, question},
    evaluations::PATIENCE,
    refusal::Refusal,
    request::{Action, take_action, take_context, take_entity, take_sought},
    resource,
    subject::{self, Failure, entity_type},
};
use crate::{
    access::{engine::Thing, principal::Principal},
    app::AppState,
    oauth::token::no_store,
};

/// How many candidates are decided about in a request, at most.
const MOST: usize = 1000;
/// How many are read at a time.
const BATCH: usize = 200;

/// The answer: `page` first, as § The Search API Response recommends.
#[derive(Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<Turned>,
    results: Vec<Found>,
}

/// Something that is found.
#[derive(Serialize)]
#[serde(untagged)]
enum Found {
    Entity {
        #[serde(rename = "type")]
        kind: String,
        id: String,
    },
    Action {
        name: String,
    },
}

/// What is found so far.
struct Search {
    page: Page,
    results: Vec<Found>,
    considered: usize,
    /// The last one that was considered.
    at: Option<Cursor>,
}

impl Search {
    fn new(page: Page) -> Self {
        let at = page.after.clone();
        Self { page, results: Vec::new(), considered: 0, at }
    }

    /// Whether another candidate may be looked at.
    fn goes_on(&self) -> bool {
        self.results.len() < self.page.limit && self.considered < MOST
    }

    /// Notes what came of a candidate.
    async fn considered(&mut self, cursor: Cursor, found: Option<Found>) {
        self.at = Some(cursor);
        self.results.extend(found);
        self.considered += 1;
        if self.considered.is_multiple_of(PATIENCE) {
            tokio::task::yield_now().await;
        }
    }

    /// The answer, where there may be `more`.
    fn answer(self, more: bool) -> Response {
        let count = self.results.len();
        let page = if more { Some(self.page.more(self.at, count)) } else { self.page.last(count) };
        no_store(Json(Answer { page, results: self.results }).into_response())
    }
}

/// Nothing of what is asked for can be there.
fn nothing(page: Page) -> Response {
    Search::new(page).answer(false)
}

/// `POST /access/v1/search/subject`.
pub async fn subjects(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (caller, mut object) = caller::open(&app, &headers, &body).await?;
    let page = Page::take(&mut object, &caller)?;
    let read = |object: &mut Map<String, Value>| {
        Ok((
            take_sought(object, "subject")?,
            take_action(object)?,
            take_entity(object, "resource")?,
            take_context(object)?,
        ))
    };
    let (sought, action, resource, context) = read(&mut object).map_err(Refusal::Malformed)?;
    let judge = Judge::new(&app, caller);
    let engine = judge.engine()?;
    let thing = match resource::thing(&app, engine, &judge.caller, &resource, judge.now).await {
        Ok(thing) => thing,
        Err(Failure::Trouble(_)) => return Ok(nothing(page)),
        Err(Failure::Storage(error)) => return Err(error.into()),
    };
    let context = judge.context(context, &action).await?;
    let action = action::find(engine.vocabulary(), &action.name);
    let may = |candidate: &Candidate| {
        let principal = match &candidate.known {
            Some(known) => Arc::clone(known),
            None if candidate.is_own => return false,
            None => match subject::stranger(engine, candidate.uid.clone(), &sought.properties) {
                Ok(stranger) => Arc::new(stranger),
                Err(_) => return false,
            },
        };
        let outcome = question(engine, &principal, action.as_ref(), &thing, &context);
        outcome.is_ok_and(|outcome| outcome.permitted)
    };
    through(&judge, &sought.kind, page, may).await
}

/// `POST /access/v1/search/resource`.
pub async fn resources(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (caller, mut object) = caller::open(&app, &headers, &body).await?;
    let page = Page::take(&mut object, &caller)?;
    let read = |object: &mut Map<String, Value>| {
        Ok((
            take_entity(object, "subject")?,
            take_action(object)?,
            take_sought(object, "resource")?,
            take_context(object)?,
        ))
    };
    let (asking, action, sought, context) = read(&mut object).map_err(Refusal::Malformed)?;
    let judge = Judge::new(&app, caller);
    let engine = judge.engine()?;
    let who = (asking.kind.as_str(), asking.id.as_str(), &asking.properties);
    let Some(principal) = principal(&judge, who).await? else { return Ok(nothing(page)) };
    let context = judge.context(context, &action).await?;
    let action = action::find(engine.vocabulary(), &action.name);
    let may = |candidate: &Candidate| {
        let thing = match &candidate.known {
            Some(known) => known.thing(),
            None if candidate.is_own => return false,
            None => resource::told(
                &app,
                engine,
                &judge.caller,
                candidate.uid.clone(),
                &sought.properties,
            ),
        };
        let outcome = question(engine, &principal, action.as_ref(), &thing, &context);
        outcome.is_ok_and(|outcome| outcome.permitted)
    };
    through(&judge, &sought.kind, page, may).await
}

/// `POST /access/v1/search/action`: of the actions that the schema has for such a subject and resource.
pub async fn actions(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (caller, mut object) = caller::open(&app, &headers, &body).await?;
    let page = Page::take(&mut object, &caller)?;
    let read = |object: &mut Map<String, Value>| {
        Ok((
            take_entity(object, "subject")?,
            take_entity(object, "resource")?,
            take_context(object)?,
        ))
    };
    let (asking, resource, context) = read(&mut object).map_err(Refusal::Malformed)?;
    let judge = Judge::new(&app, caller);
    let engine = judge.engine()?;
    let who = (asking.kind.as_str(), asking.id.as_str(), &asking.properties);
    let Some(principal) = principal(&judge, who).await? else { return Ok(nothing(page)) };
    let thing: Thing =
        match resource::thing(&app, engine, &judge.caller, &resource, judge.now).await {
            Ok(thing) => thing,
            Err(Failure::Trouble(_)) => return Ok(nothing(page)),
            Err(Failure::Storage(error)) => return Err(error.into()),
        };
    let untold = Action { name: String::new(), properties: Map::new() };
    let context = judge.context(context, &untold).await?;
    let applying = engine.vocabulary().actions(principal.uid().type_name(), thing.uid.type_name());
    let mut named: Vec<_> = applying.map(|action| (action::name(action), action)).collect();
    named.sort_unstable();
    let mut search = Search::new(page);
    let after = search.at.clone().map(Cursor::id);
    for (name, action) in named {
        if after.as_ref().is_some_and(|after| name <= *after) {
            continue;
        }
        if !search.goes_on() {
            return Ok(search.answer(true));
        }
        let outcome = question(engine, &principal, Some(action), &thing, &context);
        let permitted = outcome.is_ok_and(|outcome| outcome.permitted);
        let found = permitted.then(|| Found::Action { name: name.clone() });
        search.considered(Cursor::Kept(name), found).await;
    }
    Ok(search.answer(false))
}

/// Whom a search is for; none if they may do nothing, being unknown or nobody.
async fn principal(
    judge: &Judge<'_>,
    who: (&str, &str, &Map<String, Value>),
) -> Result<Option<Arc<Principal>>, Refusal> {
    match subject::principal(judge.app, judge.engine()?, who, judge.now).await {
        Ok(principal) => Ok(Some(principal)),
        Err(Failure::Trouble(_)) => Ok(None),
        Err(Failure::Storage(error)) => Err(error.into()),
    }
}

/// Goes through the candidates of a type.
async fn through(
    judge: &Judge<'_>,
    kind: &str,
    page: Page,
    may: impl Fn(&Candidate) -> bool,
) -> Result<Response, Refusal> {
    let mut search = Search::new(page);
    loop {
        let batch = candidates(judge, entity_type(kind), search.at.as_ref(), BATCH).await?;
        if batch.is_empty() {
            return Ok(search.answer(false));
        }
        for candidate in batch {
            if !search.goes_on() {
                return Ok(search.answer(true));
            }
            let found = may(&candidate).then(|| Found::Entity {
                kind: kind.to_owned(),
                id: candidate.uid.id().unescaped().to_owned(),
            });
            search.considered(candidate.cursor, found).await;
        }
    }
}
