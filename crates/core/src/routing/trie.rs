//! A trie over case-folded UTF-16 text in one arena, the index behind `routing`.
//!
//! Owns nodes, edges and their memory; knows nothing about URLs. Edges are found through one hash
//! table for the whole trie, keyed by a hash of parent and text (`edges.rs`); equal hashes are
//! compared in full. Text given to a look-up is folded while it is hashed and compared, so a
//! look-up allocates nothing. A clone shares its memory with the trie, and a change after it copies
//! what lies on the way to it.
//!
//! Invariants: edge text is stored folded; a node other than a root exists only while it has a
//! value or children; `children` is the number of live nodes whose parent it is. No recursion, so
//! depth is not limited by the stack. Only registered text decides about collisions, text from the
//! network is never inserted. Plain data: shared readers, one writer.

use std::sync::Arc;

use super::edges::Edges;
use crate::persistent_vec::PersistentVec;
use crate::url_prefix::fold::fold_unit;

/// A node. Valid until its value and its last child are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

impl NodeId {
    /// No node.
    const NONE: NodeId = NodeId(u32::MAX);

    /// The root with this number, below the count given to [`Trie::new`].
    pub(super) const fn root(number: u32) -> NodeId {
        NodeId(number)
    }

    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The node of which [`NodeId::number`] is the number.
    pub(super) fn of_number(number: u32) -> NodeId {
        NodeId(number)
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is kept of a node: who walks down has it from one look-up to the next.
#[derive(Clone, Debug)]
pub(super) struct TrieNode<T> {
    /// [`NodeId::NONE`] for a root. Of a node that is not in use, the next such.
    parent: NodeId,
    id: NodeId,
    children: u32,
    text: Option<Arc<[u16]>>,
    value: Option<T>,
}

impl<T> Default for TrieNode<T> {
    fn default() -> Self {
        TrieNode {
            parent: NodeId::NONE,
            id: NodeId::NONE,
            children: 0,
            text: None,
            value: None,
        }
    }
}

impl<T> TrieNode<T> {
    pub(super) fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Whether there is something below.
    #[inline]
    pub(super) fn has_children(&self) -> bool {
        self.children != 0
    }

    /// False when there is neither a value nor anything below.
    pub(super) fn is_used(&self) -> bool {
        self.children != 0 || self.value.is_some()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Trie<T> {
    nodes: PersistentVec<TrieNode<T>>,
    /// Nodes that were ever in use.
    len: u32,
    /// The first of those that are in use no more.
    free: NodeId,
    edges: Edges,
}

impl<T: Clone> Trie<T> {
    pub(super) fn new(roots: u32) -> Trie<T> {
        let mut nodes: PersistentVec<TrieNode<T>> = PersistentVec::new();
        for root in 0..roots {
            nodes.get_mut(root as usize).id = NodeId(root);
        }
        Trie {
            nodes,
            len: roots,
            free: NodeId::NONE,
            edges: Edges::default(),
        }
    }

    /// `None` for one that never was.
    #[inline]
    pub(super) fn node(&self, id: NodeId) -> Option<&TrieNode<T>> {
        self.nodes.get(id.index())
    }

    fn node_mut(&mut self, id: NodeId) -> &mut TrieNode<T> {
        self.nodes.get_mut(id.index())
    }

    /// True when there is neither a value at `node` nor anything below it.
    pub(super) fn is_unused(&self, node: NodeId) -> bool {
        !self.node(node).is_some_and(TrieNode::is_used)
    }

    pub(super) fn value(&self, node: NodeId) -> Option<&T> {
        self.node(node)?.value()
    }

    /// All values in the order of their slots.
    pub(super) fn values(&self) -> impl Iterator<Item = (NodeId, &T)> {
        let nodes = self.nodes.iter();
        nodes.filter_map(|(_, node)| Some((node.id, node.value()?)))
    }

    /// The child of `parent` along `text`, letter case ignored.
    pub(super) fn child(&self, parent: NodeId, text: &[u16]) -> Option<NodeId> {
        self.find(parent, text).map(|child| child.id)
    }

    /// The same from node to node.
    #[inline]
    pub(super) fn child_of(&self, parent: &TrieNode<T>, text: &[u16]) -> Option<&TrieNode<T>> {
        self.find(parent.id, text)
    }

    /// The child along `text`, to look at.
    #[inline(never)]
    pub(super) fn find(&self, parent: NodeId, text: &[u16]) -> Option<&TrieNode<T>> {
        self.edges.find(hash(parent, text), |id| {
            let node = self.nodes.get(id as usize)?;
            let folded = node.text.as_deref()?;
            let is_it = node.parent == parent && is_folded_form(folded, text);
            is_it.then_some(node)
        })
    }

    /// The child of `parent` along `text`, made when missing. Give it a value or children, or the
    /// invariant of the trie does not hold.
    pub(super) fn make_child(&mut self, parent: NodeId, text: &[u16]) -> NodeId {
        if let Some(known) = self.find(parent, text) {
            return known.id;
        }
        let id = if self.free == NodeId::NONE {
            let id = NodeId(self.len);
            // Nodes take far more than one byte each, memory ends before the numbers do.
            self.len = self.len.checked_add(1).expect("fewer than 2^32 nodes");
            id
        } else {
            let id = self.free;
            self.free = self.node(id).map_or(NodeId::NONE, |node| node.parent);
            id
        };
        *self.node_mut(id) = TrieNode {
            parent,
            id,
            children: 0,
            text: Some(text.iter().map(|&u| fold_unit(u)).collect()),
            value: None,
        };
        self.edges.insert(hash(parent, text), id.0);
        self.node_mut(parent).children += 1;
        id
    }

    pub(super) fn set_value(&mut self, node: NodeId, value: T) {
        self.node_mut(node).value = Some(value);
    }

    /// Removes the value of `node` and every node that has become useless.
    pub(super) fn remove_value(&mut self, node: NodeId) {
        self.node_mut(node).value = None;
        let mut id = node;
        while let Some(unused) = self.node(id).filter(|node| !node.is_used()) {
            let parent = unused.parent;
            if parent == NodeId::NONE {
                return;
            }
            let next = self.free;
            let gone = self.node_mut(id);
            gone.parent = next;
            if let Some(text) = gone.text.take() {
                self.edges.remove(hash(parent, &text), id.0);
            }
            self.node_mut(parent).children -= 1;
            self.free = id;
            id = parent;
        }
    }
}

/// Over folded words of four units, each rotated before the next comes so that its high bits count; spread
/// over all bits at the end, of which the upper half is the hash.
#[inline(always)]
fn hash(parent: NodeId, text: &[u16]) -> u32 {
    const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let step = |h: u64, word: u64| (h ^ word).wrapping_mul(PRIME).rotate_left(29);
    let mut h = step(OFFSET, u64::from(parent.0));
    let mut rest = text;
    while let [a, b, c, d, behind @ ..] = rest {
        h = step(h, fold_word([*a, *b, *c, *d]));
        rest = behind;
    }
    h = match rest {
        [a, b, c] => step(h, fold_word([*a, *b, *c, 0])),
        [a, b] => step(h, fold_word([*a, *b, 0, 0])),
        [a] => step(h, fold_word([*a, 0, 0, 0])),
        _ => h,
    };
    ((h ^ (h >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

#[inline]
fn is_folded_form(folded: &[u16], text: &[u16]) -> bool {
    if folded.len() != text.len() {
        return false;
    }
    let (mut folded, mut text) = (folded, text);
    while let ([a, b, c, d, folded_behind @ ..], [e, f, g, h, behind @ ..]) = (folded, text) {
        if word([*a, *b, *c, *d]) != fold_word([*e, *f, *g, *h]) {
            return false;
        }
        (folded, text) = (folded_behind, behind);
    }
    folded.iter().zip(text).all(|(&f, &u)| f == fold_unit(u))
}

#[inline]
fn word(units: [u16; 4]) -> u64 {
    let [a, b, c, d] = units.map(u64::from);
    a | b << 16 | c << 32 | d << 48
}

/// Four units, each folded.
#[inline]
fn fold_word(units: [u16; 4]) -> u64 {
    const EACH: u64 = 0x0001_0001_0001_0001;
    let whole = word(units);
    if whole & (0xFF80 * EACH) == 0 {
        // All are ASCII: bit 7 of a unit plus the distance to a letter says whether it is not before that.
        let is_upper = (whole + 0x3F * EACH) & !(whole + 0x25 * EACH) & (0x80 * EACH);
        return whole | is_upper >> 2;
    }
    if whole & (0xFF00 * EACH) == 0xE000 * EACH {
        // The private use area, in which addresses are written.
        return whole;
    }
    fold_units(units)
}

#[cold]
fn fold_units(units: [u16; 4]) -> u64 {
    word(units.map(fold_unit))
}

#[cfg(test)]
mod tests {
    use super::{NodeId, Trie, fold_unit, fold_word, word};

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
            assert_eq!(trie.values().collect::<Vec<_>>(), [(b, &round)]);
            trie.remove_value(b);
            assert!(trie.is_unused(root));
        }
        assert_eq!(trie.len, 3);
        assert!(trie.edges.is_empty());
    }

    #[test]
    fn units_are_folded_the_same_in_words() {
        for beside in [u16::from(b'Z'), 0xE0FF, 0x00DC] {
            for unit in 0..=u16::MAX {
                for at in 0..4 {
                    let mut units = [beside; 4];
                    units[at] = unit;
                    assert_eq!(fold_word(units), word(units.map(fold_unit)), "{units:?}");
                }
            }
        }
    }

    #[test]
    fn texts_of_every_length_are_found_in_either_case() {
        let name = "Abcdefghijk";
        let root = NodeId::root(0);
        let mut trie = Trie::new(1);
        let made: Vec<_> = (0..name.len())
            .map(|at| trie.make_child(root, &units(&name[..=at])))
            .collect();
        for (at, id) in made.into_iter().enumerate() {
            trie.set_value(id, at);
            let text = units(&name[..=at].to_uppercase());
            assert_eq!(trie.child(root, &text), Some(id));
            for wrong in 0..text.len() {
                let mut other = text.clone();
                other[wrong] = u16::from(b'-');
                assert_eq!(trie.child(root, &other), None);
            }
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
