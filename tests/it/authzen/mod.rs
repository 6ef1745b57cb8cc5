//! The OpenID `AuthZEN` Authorization API 1.0.

mod api_keys;
mod callers;
mod certification;
mod escalation;
mod hostile;
mod paging;
mod people;
mod replicas;
mod search;
mod todo;

use openidconnect::reqwest::{Method, Response};
use serde_json::{Value, json};
use signet::{access::source::Source, admin};

use crate::support::{Server, Tokens};

pub const EVALUATION: &str = "/access/v1/evaluation";
pub const EVALUATIONS: &str = "/access/v1/evaluations";
pub const SUBJECTS: &str = "/access/v1/search/subject";
pub const RESOURCES: &str = "/access/v1/search/resource";
pub const ACTIONS: &str = "/access/v1/search/action";
pub const ALL: [&str; 5] = [EVALUATION, EVALUATIONS, SUBJECTS, RESOURCES, ACTIONS];

/// Services that ask.
const CALLERS: &str = r#"
[[client]]
client_id = "pep"
client_name = "Enforces"
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["client_credentials"]
scopes = ["decide"]
resources = ["urn:signet:authorization-api"]
introspects = ["https://api.example.com"]

[[client]]
client_id = "auditor"
client_name = "Explains"
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["client_credentials"]
scopes = ["decide", "explain"]
resources = ["urn:signet:authorization-api"]

[[client]]
client_id = "mute"
client_name = "May ask nothing"
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["client_credentials"]
scopes = []
resources = ["urn:signet:authorization-api"]
"#;

/// A service that enforces what Signet decides.
pub struct Pep {
    pub server: Server,
    pub token: String,
    secrets: Vec<(String, String)>,
}

impl Pep {
    /// With the usual people and no policies.
    pub async fn start() -> Self {
        Self::at(Server::start().await).await
    }

    /// One of a server.
    pub async fn at(server: Server) -> Self {
        let secrets = server.apply(CALLERS).await;
        let mut pep = Self { server, token: String::new(), secrets };
        pep.token = pep.token_of("pep").await;
        pep
    }

    /// With policies.
    pub async fn with(schema: &str, policies: &str, entities: Value) -> Self {
        let pep = Self::start().await;
        pep.save(schema, policies, entities).await;
        pep
    }

    /// Has other policies decide.
    pub async fn save(&self, schema: &str, policies: &str, entities: Value) {
        let source = Source {
            schema: schema.to_owned(),
            policies: policies.to_owned(),
            links: Vec::new(),
            entities,
        };
        admin::policies::save(&self.server.app, &source, "test").await.expect("saved");
    }

    /// A token of one of the services.
    pub async fn token_of(&self, client: &str) -> String {
        let secret = &self.secrets.iter().find(|(id, _)| id == client).expect("a client").1;
        let request = self.server.request(Method::POST, "/token");
        let form = [("grant_type", "client_credentials")];
        let answer = request.basic_auth(client, Some(secret)).form(&form).send().await;
        Tokens::from(answer.expect("an answer")).await.access
    }

    /// What is answered, whatever it is.
    pub async fn send(&self, path: &str, body: &Value) -> Response {
        self.send_as(&self.token, path, body).await
    }

    /// The same by another token.
    pub async fn send_as(&self, token: &str, path: &str, body: &Value) -> Response {
        let request = self.server.request(Method::POST, path).bearer_auth(token).json(body);
        request.send().await.expect("an answer")
    }

    /// The status of what is answered.
    pub async fn status(&self, path: &str, body: &Value) -> u16 {
        self.send(path, body).await.status().as_u16()
    }

    /// A successful answer.
    pub async fn ask(&self, path: &str, body: &Value) -> Value {
        let answer = self.send(path, body).await;
        assert_eq!(answer.status(), 200, "{path} {body}");
        assert_eq!(answer.headers()["content-type"], "application/json");
        answer.json().await.expect("JSON")
    }

    /// A decision.
    pub async fn decide(&self, subject: Value, action: Value, resource: Value) -> Value {
        let body = json!({ "subject": subject, "action": action, "resource": resource });
        self.ask(EVALUATION, &body).await
    }

    /// Whether someone may.
    pub async fn may(&self, subject: Value, action: &str, resource: Value) -> bool {
        let decision = self.decide(subject, json!({ "name": action }), resource).await;
        decision["decision"].as_bool().expect("a boolean")
    }

    /// The ids or names of what a search finds, all pages of it.
    pub async fn find(&self, path: &str, body: &Value) -> Vec<String> {
        let mut body = body.clone();
        let mut found = Vec::new();
        loop {
            let answer = self.ask(path, &body).await;
            let results = answer["results"].as_array().expect("results");
            found.extend(results.iter().map(|result| {
                let name = result.get("id").or_else(|| result.get("name"));
                name.and_then(Value::as_str).expect("an id or a name").to_owned()
            }));
            let next = answer["page"]["next_token"].as_str().unwrap_or_default();
            if next.is_empty() {
                return found;
            }
            body["page"]["token"] = json!(next);
        }
    }
}

/// A subject or resource.
pub fn entity(kind: &str, id: &str) -> Value {
    json!({ "type": kind, "id": id })
}

/// The same with properties.
pub fn with(kind: &str, id: &str, properties: Value) -> Value {
    let mut entity = entity(kind, id);
    entity["properties"] = properties;
    entity
}

/// An entity to be kept with policies.
pub fn kept(kind: &str, id: &str, attributes: Value, parents: &[(&str, &str)]) -> Value {
    let parents: Vec<Value> =
        parents.iter().map(|(kind, id)| json!({ "type": kind, "id": id })).collect();
    let mut kept = json!({ "uid": entity(kind, id), "parents": parents });
    kept["attrs"] = attributes;
    kept
}
