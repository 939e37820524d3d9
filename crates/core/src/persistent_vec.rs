//! A sparse vector whose clones share what has not changed since.
//!
//! Owns: values by index in a tree of three levels, and the copying of a path before it is changed. Does not own
//! what the values mean. A change after a clone copies a page of values and the list of pages above it, whatever the
//! length; only the topmost list grows with it, by one pointer for 1,024 values. So who publishes a snapshot after
//! each of n changes does work that grows as n, and whoever has an older snapshot keeps it unchanged.
//!
//! Invariant: a page that is missing holds nothing but default values. Threading: plain data; clones may be on
//! different threads.

use std::sync::Arc;

const PAGE_BITS: usize = 5;
/// Values of a page, and pages of a branch.
const WIDTH: usize = 1 << PAGE_BITS;
const MASK: usize = WIDTH - 1;

type Values<T> = [T; WIDTH];
type Branch<T> = [Option<Arc<Values<T>>>; WIDTH];

/// See the module head.
///
/// ```
/// use httpsys_core::persistent_vec::PersistentVec;
///
/// let mut ports = PersistentVec::new();
/// *ports.get_mut(8080) = Some("first");
/// let snapshot = ports.clone();
/// *ports.get_mut(8080) = None;
/// assert_eq!(snapshot.get(8080), Some(&Some("first")));
/// assert_eq!(ports.get(8080), Some(&None));
/// assert_eq!(ports.get(1 << 20), None);
/// ```
#[derive(Clone, Debug)]
pub struct PersistentVec<T> {
    branches: Vec<Option<Arc<Branch<T>>>>,
}

impl<T> Default for PersistentVec<T> {
    fn default() -> Self {
        PersistentVec::new()
    }
}

impl<T> PersistentVec<T> {
    /// A vector without values.
    #[must_use]
    pub const fn new() -> Self {
        PersistentVec {
            branches: Vec::new(),
        }
    }

    /// The value at `index`; `None`, or its default, if it was never given one.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        let branch = self.branches.get(index >> (2 * PAGE_BITS))?.as_ref()?;
        let page = branch[(index >> PAGE_BITS) & MASK].as_ref()?;
        Some(&page[index & MASK])
    }

    /// All values of the pages that exist, with their indices, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let branches = self.branches.iter().enumerate();
        let branches = branches.filter_map(|(at, branch)| Some((at, branch.as_deref()?)));
        let pages = branches.flat_map(|(at, branch)| {
            let pages = branch.iter().enumerate();
            pages.filter_map(move |(below, page)| Some((at << PAGE_BITS | below, page.as_deref()?)))
        });
        pages.flat_map(|(at, page)| {
            let values = page.iter().enumerate();
            values.map(move |(below, value)| (at << PAGE_BITS | below, value))
        })
    }
}

impl<T: Clone + Default> PersistentVec<T> {
    /// The value at `index`, to change it: a default one if it was never given one.
    pub fn get_mut(&mut self, index: usize) -> &mut T {
        let at = index >> (2 * PAGE_BITS);
        if at >= self.branches.len() {
            self.branches.resize_with(at + 1, || None);
        }
        let branch = self.branches[at].get_or_insert_with(|| Arc::new([const { None }; WIDTH]));
        let page = &mut Arc::make_mut(branch)[(index >> PAGE_BITS) & MASK];
        let page =
            page.get_or_insert_with(|| Arc::new(std::array::from_fn(|_| Default::default())));
        &mut Arc::make_mut(page)[index & MASK]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::PersistentVec;

    static COPIES: AtomicUsize = AtomicUsize::new(0);

    #[derive(Default)]
    struct Counted;

    impl Clone for Counted {
        fn clone(&self) -> Self {
            COPIES.fetch_add(1, Ordering::Relaxed);
            Counted
        }
    }

    #[test]
    fn a_change_after_a_clone_copies_one_page_at_any_length() {
        let mut all = PersistentVec::new();
        for index in 0..20_000 {
            *all.get_mut(index) = Counted;
        }
        for index in [0, 77, 19_999] {
            let before = COPIES.load(Ordering::Relaxed);
            let snapshot = all.clone();
            *all.get_mut(index) = Counted;
            *all.get_mut(index) = Counted;
            assert_eq!(COPIES.load(Ordering::Relaxed) - before, super::WIDTH);
            drop(snapshot);
        }
    }

    #[test]
    fn values_are_where_they_were_put_and_snapshots_keep_theirs() {
        let mut all = PersistentVec::new();
        let mut model = BTreeMap::new();
        let mut snapshots = Vec::new();
        for step in 1..2_000usize {
            let index = step * step * 2_654_435_761 % 70_000;
            *all.get_mut(index) = step;
            model.insert(index, step);
            if step % 400 == 0 {
                snapshots.push((all.clone(), model.clone()));
            }
        }
        snapshots.push((all, model));
        for (all, model) in &snapshots {
            let listed: BTreeMap<usize, usize> = all
                .iter()
                .filter(|(_, value)| **value != 0)
                .map(|(index, value)| (index, *value))
                .collect();
            assert_eq!(&listed, model);
            assert!(all.iter().map(|(index, _)| index).is_sorted());
            for (index, value) in model {
                assert_eq!(all.get(*index), Some(value));
            }
            assert_eq!(all.get(1 << 30), None);
        }
    }
}
