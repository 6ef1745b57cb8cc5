//! argon2id (RFC 9106): a hash as a PHC string, and a password held against one, each in memory that is lent.

use argon2::{Algorithm, Argon2, Block, Params, Version, password_hash::phc};
use aws_lc_rs::constant_time;

use super::HashError;

/// Bytes of salt (RFC 9106 §3.1).
pub(super) const SALT: usize = 16;
/// Bytes of the hash.
pub(super) const HASH: usize = 32;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not the password.
    Wrong,
    /// The password.
    Right,
    /// The password, hashed at a lower cost than is now asked.
    RightButCheap,
}

/// Checks a password against a PHC string. Where its cost is lower than is `wanted` now, the rest is spent too.
pub(super) fn verify(
    wanted: &Params,
    phc: &str,
    password: &str,
    memory: &mut Vec<Block>,
) -> Result<Outcome, HashError> {
    let parsed = phc::PasswordHash::new(phc).map_err(|_| HashError::Unreadable)?;
    if parsed.algorithm.as_str() != "argon2id" {
        return Err(HashError::Unreadable);
    }
    let params = Params::try_from(&parsed).map_err(|_| HashError::Unreadable)?;
    let (Some(salt), Some(stored)) = (parsed.salt, parsed.hash) else {
        return Err(HashError::Unreadable);
    };
    let hash = fill(&params, password, salt.as_ref(), memory)?;
    if let Some(rest) = rest(wanted, &params) {
        fill(&rest, password, &[0; SALT], memory)?;
    }
    if constant_time::verify_slices_are_equal(&hash, stored.as_bytes()).is_err() {
        return Ok(Outcome::Wrong);
    }
    let cheap = params.m_cost() < wanted.m_cost()
        || params.t_cost() < wanted.t_cost()
        || params.p_cost() < wanted.p_cost();
    Ok(if cheap { Outcome::RightButCheap } else { Outcome::Right })
}

/// What is left to do of the work of `wanted` after that of `done`: as many passes, over less memory.
fn rest(wanted: &Params, done: &Params) -> Option<Params> {
    let work = |params: &Params| u64::from(params.m_cost()) * u64::from(params.t_cost());
    let memory = work(wanted).checked_sub(work(done))? / u64::from(wanted.t_cost());
    let memory = u32::try_from(memory).ok()?;
    // Less than the least there is (RFC 9106 §3.1) is not worth hiding.
    Params::new(memory, wanted.t_cost(), wanted.p_cost(), Some(HASH)).ok()
}

fn fill(
    params: &Params,
    password: &str,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<[u8; HASH], HashError> {
    let mut hash = [0; HASH];
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let memory = &mut memory[..params.block_count()];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, memory)
        .map_err(|_| HashError::Unreadable)?;
    Ok(hash)
}

/// Hashes a password to a PHC string.
pub(super) fn hash(
    params: &Params,
    password: &str,
    salt: &[u8; SALT],
    memory: &mut Vec<Block>,
) -> Result<String, HashError> {
    let hash = fill(params, password, salt, memory)?;
    Ok(phc_string(params, salt, &hash))
}

/// The PHC string format, which every argon2 library reads.
pub(super) fn phc_string(params: &Params, salt: &[u8; SALT], hash: &[u8; HASH]) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD as BASE64};
    format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        BASE64.encode(salt),
        BASE64.encode(hash),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cheaper_hash_and_the_rest_are_as_much_work_as_is_now_asked() {
        let params = |memory, passes| Params::new(memory, passes, 1, Some(HASH)).expect("valid");
        let work = |params: &Params| params.m_cost() * params.t_cost();
        let wanted = params(19456, 3);
        for done in [params(19456, 2), params(9728, 3), params(8, 1)] {
            let rest = rest(&wanted, &done).expect("there is a rest");
            assert!(work(&wanted) - work(&done) - work(&rest) < wanted.t_cost(), "{done:?}");
            assert!(rest.m_cost() <= wanted.m_cost(), "it fits in the memory");
        }
        for done in [params(19456, 3), params(19455, 3), params(65536, 1)] {
            assert_eq!(rest(&wanted, &done), None, "{done:?}");
        }
    }
}
