//! A trie over case-folded UTF-16 text in one arena, the index behind `routing`.
//!
//! Owns nodes, edges and their memory; knows nothing about URLs. Edges are found through one hash
//! map for the whole trie, keyed by a 64-bit hash of parent and text; equal hashes are chained and
//! compared in full. Text given to a look-up is folded while it is hashed and compared, so a
//! look-up allocates nothing.
//!
//! Invariants: edge text is stored folded; a node other than a root exists only while it has a
//! value or children; `children` is the number of live nodes whose parent it is. No recursion, so
//! depth is not limited by the stack. Only registered text decides about collisions, text from the
//! network is never inserted. Plain data: shared readers, one writer.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use crate::url_prefix::fold::fold_unit;

/// A node. Valid until its value and its last child are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(u32);

impl NodeId {
    /// The root with this number, below the count given to [`Trie::new`].
    pub(super) const fn root(number: u32) -> NodeId {
        NodeId(number)
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// `None` for a root.
    parent: Option<NodeId>,
    hash: u64,
    /// Next node with the same hash.
    next: Option<NodeId>,
    children: u32,
    text: Arc<[u16]>,
    value: Option<T>,
}

#[derive(Clone, Debug)]
pub(super) struct Trie<T> {
    nodes: Vec<Node<T>>,
    free: Vec<NodeId>,
    edges: HashMap<u64, NodeId, BuildHasherDefault<Prehashed>>,
}

impl<T> Trie<T> {
    pub(super) fn new(roots: usize) -> Trie<T> {
        let text: Arc<[u16]> = Arc::from([]);
        let root = || Node {
            parent: None,
            hash: 0,
            next: None,
            children: 0,
            text: Arc::clone(&text),
            value: None,
        };
        Trie {
            nodes: std::iter::repeat_with(root).take(roots).collect(),
            free: Vec::new(),
            edges: HashMap::default(),
        }
    }

    /// True when there is neither a value at `node` nor anything below it.
    pub(super) fn is_unused(&self, node: NodeId) -> bool {
        let node = &self.nodes[node.index()];
        node.children == 0 && node.value.is_none()
    }

    pub(super) fn value(&self, node: NodeId) -> Option<&T> {
        self.nodes[node.index()].value.as_ref()
    }

    /// All values in the order of their slots.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.nodes.iter().filter_map(|node| node.value.as_ref())
    }

    /// The child of `parent` along `text`, letter case ignored.
    pub(super) fn child(&self, parent: NodeId, text: &[u16]) -> Option<NodeId> {
        if self.nodes[parent.index()].children == 0 {
            return None;
        }
        self.find(parent, hash(parent, text), text)
    }

    fn find(&self, parent: NodeId, hash: u64, text: &[u16]) -> Option<NodeId> {
        let mut candidate = self.edges.get(&hash).copied();
        while let Some(id) = candidate {
            let node = &self.nodes[id.index()];
            if node.parent == Some(parent) && is_folded_form(&node.text, text) {
                return Some(id);
            }
            candidate = node.next;
        }
        None
    }

    /// The child of `parent` along `text`, made when missing. Give it a value or children, or the
    /// invariant of the trie does not hold.
    pub(super) fn make_child(&mut self, parent: NodeId, text: &[u16]) -> NodeId {
        let hash = hash(parent, text);
        if let Some(id) = self.find(parent, hash, text) {
            return id;
        }
        let node = Node {
            parent: Some(parent),
            hash,
            next: self.edges.get(&hash).copied(),
            children: 0,
            text: text.iter().map(|&u| fold_unit(u)).collect(),
            value: None,
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.nodes[id.index()] = node;
                id
            }
            None => {
                // Nodes take far more than one byte each, memory ends before the numbers do.
                let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
                self.nodes.push(node);
                id
            }
        };
        self.edges.insert(hash, id);
        self.nodes[parent.index()].children += 1;
        id
    }

    pub(super) fn set_value(&mut self, node: NodeId, value: T) {
        self.nodes[node.index()].value = Some(value);
    }

    /// Removes the value of `node` and every node that has become useless.
    pub(super) fn remove_value(&mut self, node: NodeId) {
        self.nodes[node.index()].value = None;
        let mut id = node;
        while let Some(parent) = self.nodes[id.index()].parent {
            if !self.is_unused(id) {
                return;
            }
            self.unlink(id);
            self.nodes[parent.index()].children -= 1;
            self.free.push(id);
            id = parent;
        }
    }

    fn unlink(&mut self, id: NodeId) {
        let Node { hash, next, .. } = self.nodes[id.index()];
        let first = self.edges.get(&hash).copied();
        if first == Some(id) {
            match next {
                Some(next) => self.edges.insert(hash, next),
                None => self.edges.remove(&hash),
            };
            return;
        }
        let mut before = first;
        while let Some(other) = before {
            let link = &mut self.nodes[other.index()].next;
            if *link == Some(id) {
                *link = next;
                return;
            }
            before = *link;
        }
    }
}

/// FNV-1a over folded units, spread over all bits at the end because the map uses high and low
/// ones.
fn hash(parent: NodeId, text: &[u16]) -> u64 {
    const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let seed = (OFFSET ^ u64::from(parent.0)).wrapping_mul(PRIME);
    let step = |h: u64, &unit: &u16| (h ^ u64::from(fold_unit(unit))).wrapping_mul(PRIME);
    let h = text.iter().fold(seed, step);
    (h ^ (h >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn is_folded_form(folded: &[u16], text: &[u16]) -> bool {
    folded.len() == text.len() && folded.iter().zip(text).all(|(&f, &u)| f == fold_unit(u))
}

/// Keys are hashes already.
#[derive(Clone, Debug, Default)]
struct Prehashed(u64);

impl Hasher for Prehashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Keys are `u64` and come through `write_u64`; this keeps other types correct.
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::{NodeId, Trie, hash};

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn nodes_are_reused_after_removal() {
        let mut trie = Trie::new(1);
        let root = NodeId::root(0);
        for round in 0..100u32 {
            let a = trie.make_child(root, &units("a"));
            let b = trie.make_child(a, &units(&format!("b{round}")));
            trie.set_value(b, round);
            assert_eq!(trie.values().copied().collect::<Vec<_>>(), [round]);
            trie.remove_value(b);
            assert!(trie.is_unused(root));
        }
        assert_eq!(trie.nodes.len(), 3);
        assert!(trie.edges.is_empty());
    }

    #[test]
    fn equal_hashes_are_told_apart_and_unlinked_in_any_order() {
        let names = ["a", "b", "c"];
        let root = NodeId::root(0);
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let mut trie = Trie::new(1);
            let mut ids = Vec::new();
            for name in names {
                let id = trie.make_child(root, &units(name));
                trie.set_value(id, name);
                ids.push(id);
            }
            // Force one chain: every node under the hash of "a".
            let shared = hash(root, &units("a"));
            trie.edges.clear();
            for pair in ids.windows(2) {
                trie.nodes[pair[0].index()].next = Some(pair[1]);
            }
            for &id in &ids {
                trie.nodes[id.index()].hash = shared;
            }
            trie.edges.insert(shared, ids[0]);
            let mut left = vec![0, 1, 2];
            for gone in order {
                trie.remove_value(ids[gone]);
                left.retain(|&i| i != gone);
                for (i, name) in names.iter().enumerate() {
                    let found = trie.find(root, shared, &units(name));
                    assert_eq!(found, left.contains(&i).then_some(ids[i]));
                }
            }
            assert!(trie.edges.is_empty());
        }
    }

    #[test]
    fn look_ups_ignore_case_and_need_the_whole_text() {
        let mut trie = Trie::new(2);
        let (root, other) = (NodeId::root(0), NodeId::root(1));
        let id = trie.make_child(root, &units("Straße"));
        trie.set_value(id, ());
        assert_eq!(trie.child(root, &units("sTRAẞE")), Some(id));
        assert_eq!(trie.child(root, &units("stra")), None);
        assert_eq!(trie.child(root, &units("straßes")), None);
        assert_eq!(trie.child(other, &units("straße")), None);
    }
}
