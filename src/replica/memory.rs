//! What is remembered of what was read, until it is forgotten because it changed.

use std::{
    borrow::Borrow,
    hash::Hash,
    sync::atomic::{AtomicU64, Ordering},
};

use quick_cache::sync::Cache;

/// Remembers as many values as there is room for.
pub struct Memory<K, V> {
    cache: Cache<K, V>,
    /// Counts what was forgotten: a reading that began before is not remembered after.
    forgotten: AtomicU64,
}

/// What had been forgotten when a reading began.
#[derive(Clone, Copy)]
pub struct Mark(u64);

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// One with room for this many.
    pub fn new(capacity: usize) -> Self {
        Self { cache: Cache::new(capacity), forgotten: AtomicU64::new(0) }
    }

    /// The value of that key, if it is remembered.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.cache.get(key)
    }

    /// Taken before a value is read.
    pub fn mark(&self) -> Mark {
        Mark(self.forgotten.load(Ordering::Acquire))
    }

    /// Remembers a value whose reading began at `mark`, unless something was forgotten since: it may have been this.
    pub fn remember<Q: Eq + Hash + ToOwned<Owned = K> + ?Sized>(
        &self,
        mark: Mark,
        key: &Q,
        value: V,
    ) where
        K: Borrow<Q>,
    {
        self.cache.insert(key.to_owned(), value);
        if self.forgotten.load(Ordering::Acquire) != mark.0 {
            self.cache.remove(key);
        }
    }

    /// Forgets what has changed.
    pub fn forget<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.cache.remove(key);
    }

    /// Forgets all of it.
    pub fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.cache.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_forgotten_while_it_was_read_is_not_remembered() {
        let memory: Memory<String, u8> = Memory::new(8);
        let mark = memory.mark();
        memory.remember(mark, "a", 1);
        assert_eq!(memory.get("a"), Some(1));
        memory.forget("a");
        assert_eq!(memory.get("a"), None);
        memory.remember(mark, "a", 1);
        assert_eq!(memory.get("a"), None, "it was read before");
        memory.remember(memory.mark(), "a", 2);
        memory.forget_all();
        assert_eq!(memory.get("a"), None);
    }
}
