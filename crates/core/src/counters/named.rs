//! Counts under names.
//!
//! Owns the list. The names are few and known at compile time, so that a list is enough.
//! Threading: plain data.

/// Numbers under names, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named(Vec<(&'static str, u64)>);

impl Named {
    /// These names with 0.
    #[must_use]
    pub fn with(names: &[&'static str]) -> Named {
        let mut named = Named::default();
        for name in names {
            named.add(name, 0);
        }
        named
    }

    /// Adds to the number of a name.
    pub fn add(&mut self, name: &'static str, more: u64) {
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, count)) => *count += more,
            None => self.0.push((name, more)),
        }
    }

    /// The number of a name; 0 for one that is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        let found = self.0.iter().find(|(own, _)| *own == name);
        found.map_or(0, |(_, count)| *count)
    }

    /// The names with their numbers, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().copied()
    }

    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}
