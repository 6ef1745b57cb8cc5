//! Request parameters (RFC 6749 §3.1, §3.2, appendix B).

/// No request of any of the specifications comes near this many.
const MOST: usize = 64;
/// The longest value of any parameter, in bytes.
const LONGEST: usize = 16 * 1024;

/// What is wrong with a request's parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// Not UTF-8, or NUL.
    #[error("a parameter is not UTF-8 or contains NUL")]
    NotText,
    /// Longer than any parameter is.
    #[error("a parameter is too long")]
    TooLong,
    /// More than any request has.
    #[error("too many parameters")]
    TooMany,
    /// There more than once.
    #[error("{0} is there more than once")]
    Repeated(String),
    /// Not there.
    #[error("{0} is missing")]
    Missing(&'static str),
}

/// The parameters of a request, in order. None is empty, and only `resource` (RFC 8707 §2) is there twice.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(encoded: &[u8]) -> Result<Self, ParamsError> {
        let mut params = Vec::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            // What was not UTF-8 has become U+FFFD.
            let readable = |text: &str| !text.contains(['\u{fffd}', '\0']);
            if !readable(&name) || !readable(&value) {
                return Err(ParamsError::NotText);
            }
            if value.len() > LONGEST || name.len() > 128 {
                return Err(ParamsError::TooLong);
            }
            // RFC 6749 §3.1: without a value it is as if omitted.
            if value.is_empty() {
                continue;
            }
            params.push((name.into_owned(), value.into_owned()));
            if params.len() > MOST {
                return Err(ParamsError::TooMany);
            }
        }
        Ok(Self(params))
    }

    /// Refuses parameters that are there twice.
    pub fn check_unique(&self) -> Result<(), ParamsError> {
        for (at, (name, _)) in self.0.iter().enumerate() {
            if name != "resource" && self.0[..at].iter().any(|(other, _)| other == name) {
                let name: String = name.chars().take(32).collect();
                return Err(ParamsError::Repeated(name));
            }
        }
        Ok(())
    }

    /// Reads and refuses what is there twice.
    pub fn parse_unique(encoded: &[u8]) -> Result<Self, ParamsError> {
        let params = Self::parse(encoded)?;
        params.check_unique()?;
        Ok(params)
    }

    /// The value of a parameter, if it is there exactly once.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// The value of a parameter that must be there.
    pub fn require(&self, name: &'static str) -> Result<&str, ParamsError> {
        self.get(name).ok_or(ParamsError::Missing(name))
    }

    /// Every value of a parameter.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Those of these names.
    #[must_use]
    pub fn only(&self, is_one: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|(name, _)| is_one(name)).cloned().collect())
    }

    /// Writes them back.
    #[must_use]
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl std::fmt::Debug for Params {
    /// Names only: values can be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_resource_may_be_there_twice() {
        assert!(Params::parse_unique(b"resource=a&resource=b").is_ok());
        let error = Params::parse_unique(b"scope=a&scope=b").expect_err("twice");
        assert_eq!(error, ParamsError::Repeated("scope".to_owned()));
        assert!(Params::parse(b"scope=a&scope=b").expect("parses").get("scope").is_none());
    }

    #[test]
    fn a_parameter_without_a_value_is_omitted() {
        let params = Params::parse_unique(b"state=&scope=a&state=").expect("fine");
        assert_eq!(params.get("state"), None);
        assert_eq!(params.get("scope"), Some("a"));
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        assert!(Params::parse(b"state=%ff").is_err());
        assert!(Params::parse(b"state=%00").is_err());
    }

    #[test]
    fn debug_shows_no_value() {
        let params = Params::parse(b"password=hunter2").expect("fine");
        assert_eq!(format!("{params:?}"), "[\"password\"]");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            if let Ok(params) = Params::parse_unique(&bytes) {
                let again = Params::parse_unique(params.encode().as_bytes()).expect("its own text");
                prop_assert_eq!(again.0, params.0);
            }
        }
    }
}
