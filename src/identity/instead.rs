//! What a page's address answers when it does not answer with its page: where to go first, or what is in the way.

use axum::response::Response;

use crate::{
    storage,
    web::{RequestContext, problem::Problem},
};

/// What is answered instead of a page.
#[derive(Debug)]
pub enum Instead {
    /// Where to go first.
    Elsewhere(Box<Response>),
    /// What is in the way.
    Problem(Problem),
}

impl Instead {
    /// Another page.
    #[must_use]
    pub fn elsewhere(response: Response) -> Self {
        Self::Elsewhere(Box::new(response))
    }

    /// The answer.
    #[must_use]
    pub fn respond(self, context: &RequestContext) -> Response {
        match self {
            Self::Elsewhere(response) => *response,
            Self::Problem(problem) => problem.respond(context),
        }
    }

    /// For the script of the page at `page`, which has no use for another one.
    #[must_use]
    pub fn for_script(self, page: &str) -> Problem {
        match self {
            Self::Elsewhere(_) => Problem::stale(page),
            Self::Problem(problem) => problem,
        }
    }
}

impl From<Problem> for Instead {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<storage::Error> for Instead {
    fn from(error: storage::Error) -> Self {
        Self::Problem(error.into())
    }
}
