//! The JSON object that a request brings, read within bounds: what a stranger sends is neither deep nor wide, says nothing
//! twice (RFC 8259 §4 leaves open what that means), and has no character that Postgres cannot store.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The bounds of an object.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The largest body, in bytes.
    pub longest: usize,
    /// How deep arrays and objects may lie in each other.
    pub deepest: usize,
    /// The most values in all.
    pub most: usize,
}

/// Reads an object, and says what is wrong if there is none.
pub fn object(bytes: &[u8], bounds: Bounds) -> Result<Map<String, Value>, String> {
    let Bounds { longest, deepest, most } = bounds;
    if bytes.len() > longest {
        return Err(format!("it has more than {longest} bytes"));
    }
    let left = Cell::new(most);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Reader { deeper: deepest, left: &left }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| error.to_string())?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err("it is no object".to_owned()),
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    /// How much deeper it may go.
    deeper: usize,
    /// How many more values there may be.
    left: &'a Cell<usize>,
}

impl Reader<'_> {
    /// The reader of what lies one deeper.
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        let deeper = self.deeper.checked_sub(1).ok_or_else(|| E::custom("it is too deep"))?;
        Ok(Self { deeper, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| D::Error::custom("there are too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("it has no number"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        storable(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let reader = self.below()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(reader)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let reader = self.below()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            storable(&name)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom("a member is there twice"));
            }
            let value = members.next_value_seed(reader)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

fn storable<E: serde::de::Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') {
        return Err(E::custom("it has a NUL character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds = Bounds { longest: 32 * 1024, deepest: 6, most: 1024 };

    #[test]
    fn an_object_is_read_as_serde_json_reads_it() {
        let text =
            r#"{"a": [1, -2, 1.5, "ä\n", null, true], "b": {"c": {"d": [{"e": [""]}]}}, "": 0}"#;
        let read = object(text.as_bytes(), BOUNDS).expect("an object");
        assert_eq!(Value::Object(read), serde_json::from_str::<Value>(text).expect("JSON"));
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(6), "]".repeat(6));
        let deeper = format!("{{\"a\":{}", "[".repeat(30_000));
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(1100));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(33_000));
        for (text, problem) in [
            (deep.as_str(), "deep"),
            (&deeper, "deep"),
            (&wide, "too many"),
            (&long, "bytes"),
            (r#"{"a": 1, "a": 1}"#, "twice"),
            (r#"{"a": 1, "\u0061": 1}"#, "twice"),
            (r#"{"b": {"a": 1, "a": 1}}"#, "twice"),
            (r#"{"a": "\u0000"}"#, "NUL"),
            (r#"{"\u0000": 1}"#, "NUL"),
            (r#"{"b": [{"a\u0000": 1}]}"#, "NUL"),
            ("[]", "no object"),
            ("\"a\"", "no object"),
            ("null", "no object"),
            ("", "EOF"),
            ("{} {}", "trailing"),
            ("{\"a\": 1e999}", "number"),
            ("{\"a\": NaN}", "expected"),
            ("{\"a\": \"\\ud800\"}", "hex escape"),
            ("{'a': 1}", "key"),
            ("{\"a\": 1,}", "trailing"),
        ] {
            let said = object(text.as_bytes(), BOUNDS).expect_err(problem);
            assert!(said.contains(problem), "{problem}: {said}");
        }
        assert!(object(b"{\"a\": \"\xff\"}", BOUNDS).is_err(), "no UTF-8");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes: Vec<u8>) {
            let _ = object(&bytes, BOUNDS);
        }
    }
}
