//! What someone would do (`AuthZEN` § Action), as policies see it.

use cedar_policy::EntityUid;

use crate::access::{engine, schema::Vocabulary};

const TYPE: &str = "Action";

/// The action of that name, if the schema declares it: `read`, or `Shop::buy` for one that it declares in a namespace.
#[must_use]
pub fn find(vocabulary: &Vocabulary, name: &str) -> Option<EntityUid> {
    let plain = engine::uid(TYPE, name);
    let within = || {
        let (namespace, name) = name.rsplit_once("::")?;
        engine::uid(&format!("{namespace}::{TYPE}"), name)
    };
    let declared = |action: &EntityUid| vocabulary.context(action).is_some();
    plain.filter(declared).or_else(|| within().filter(declared))
}

/// How it is called by those who ask.
#[must_use]
pub fn name(action: &EntityUid) -> String {
    let (namespace, id) = (action.type_name().namespace(), action.id().unescaped());
    if namespace.is_empty() { id.to_owned() } else { format!("{namespace}::{id}") }
}
