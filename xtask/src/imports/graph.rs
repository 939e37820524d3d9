//! A directed graph of names: its circles, its layers, and how it is drawn.
//!
//! Owns: circles (strongly connected components of two and more), the edges in them that point back, layers.
//! Does not own: what the names are.
//! Invariant: everything is in the order of names, so that the same graph gives the same text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Edges by where they start.
#[derive(Debug, Default, Clone)]
pub(crate) struct Graph(pub(crate) BTreeMap<String, BTreeSet<String>>);

impl Graph {
    pub(crate) fn add(&mut self, from: &str, to: &str) {
        self.0.entry(to.to_owned()).or_default();
        let targets = self.0.entry(from.to_owned()).or_default();
        targets.insert(to.to_owned());
    }

    /// Everything that can be reached from `start` by at least one edge.
    fn reached(&self, start: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for next in self.0.get(at).into_iter().flatten() {
                if seen.insert(next.as_str()) {
                    open.push(next);
                }
            }
        }
        seen
    }

    /// The circles: groups in which each reaches each other.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> = self
            .0
            .keys()
            .map(|name| (name.as_str(), self.reached(name)))
            .collect();
        let mut circles: Vec<BTreeSet<&str>> = Vec::new();
        for (&name, targets) in &reached {
            let is_known = circles.iter().any(|circle| circle.contains(name));
            if is_known || !targets.contains(name) {
                continue;
            }
            let with = targets
                .iter()
                .filter(|target| reached[**target].contains(name));
            circles.push(with.copied().collect());
        }
        circles
    }

    /// The edges within circles that point back: without them there would be no circle.
    ///
    /// Which edges these are is a choice. The names of a circle are put in an order in which few edges point
    /// back: again and again the one comes next that is imported least and imports most of what is left.
    pub(crate) fn back_edges(&self) -> Vec<(&str, &str)> {
        let mut back = Vec::new();
        for circle in self.circles() {
            let inside = |name: &&str, left: &BTreeSet<&str>| {
                let targets = self.0[*name].iter();
                targets
                    .filter(|target| left.contains(target.as_str()))
                    .count()
            };
            let mut left = circle.clone();
            while !left.is_empty() {
                let score = |name: &&str| {
                    let importers = left.iter().filter(|other| self.0[**other].contains(*name));
                    inside(name, &left) + left.len() - importers.count()
                };
                let Some(next) = left.iter().copied().max_by_key(score) else {
                    break;
                };
                left.remove(next);
                let importers = left.iter().filter(|other| self.0[**other].contains(next));
                back.extend(importers.map(|other| (*other, next)));
            }
        }
        back.sort_unstable();
        back
    }

    /// The names from the bottom up: a layer uses only what is below it. A circle is in one layer.
    pub(crate) fn layers(&self) -> Vec<Vec<&str>> {
        let circles = self.circles();
        let group = |name: &str| circles.iter().position(|circle| circle.contains(name));
        let mut layers: Vec<Vec<&str>> = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        while done.len() < self.0.len() {
            let is_next = |name: &&str| {
                let members: Vec<&str> = match group(name) {
                    Some(circle) => circles[circle].iter().copied().collect(),
                    None => vec![*name],
                };
                let mut targets = members.iter().flat_map(|member| &self.0[*member]);
                targets.all(|to| done.contains(to.as_str()) || members.contains(&to.as_str()))
            };
            let names = self.0.keys().map(String::as_str);
            let layer: Vec<&str> = names
                .filter(|name| !done.contains(name))
                .filter(is_next)
                .collect();
            done.extend(&layer);
            layers.push(layer);
        }
        layers
    }

    /// The graph in Graphviz's language; edges that point back are red.
    pub(crate) fn dot(&self, name: &str) -> String {
        let back: BTreeSet<(&str, &str)> = self.back_edges().into_iter().collect();
        let mut text = format!("digraph \"{name}\" {{\n  rankdir = TB;\n  node [shape = box];\n");
        for (from, targets) in &self.0 {
            let _ = writeln!(text, "  \"{from}\";");
            for to in targets {
                let is_back = back.contains(&(from.as_str(), to.as_str()));
                let colour = if is_back { " [color = red]" } else { "" };
                let _ = writeln!(text, "  \"{from}\" -> \"{to}\"{colour};");
            }
        }
        text.push_str("}\n");
        text
    }

    /// The graph for readers: its layers from the top down, each name with what it uses.
    pub(crate) fn text(&self, name: &str) -> String {
        let back: BTreeSet<(&str, &str)> = self.back_edges().into_iter().collect();
        let layers = self.layers();
        let mut text = format!("{name}: {} files, {} layers\n", self.0.len(), layers.len());
        for (number, layer) in layers.iter().enumerate().rev() {
            let _ = writeln!(text, "\nlayer {number}");
            for from in layer {
                let mark = |to: &String| {
                    let is_back = back.contains(&(*from, to.as_str()));
                    if is_back {
                        format!("(back) {to}")
                    } else {
                        to.clone()
                    }
                };
                let targets: Vec<String> = self.0[*from].iter().map(mark).collect();
                let arrow = if targets.is_empty() { "" } else { " -> " };
                let _ = writeln!(text, "  {from}{arrow}{}", targets.join(", "));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &str) -> Graph {
        let mut graph = Graph::default();
        for edge in edges.split_whitespace() {
            graph.add(&edge[..1], &edge[1..]);
        }
        graph
    }

    #[test]
    fn a_graph_without_circles_has_none_and_no_edge_points_back() {
        let graph = graph("ab bc ac dc");
        assert!(graph.circles().is_empty());
        assert!(graph.back_edges().is_empty());
        assert_eq!(graph.layers(), [vec!["c"], vec!["b", "d"], vec!["a"]]);
    }

    #[test]
    fn circles_are_found_apart_with_the_edges_that_close_them() {
        let graph = graph("ab bc ca cx xy yx zx");
        let circles: Vec<Vec<&str>> = graph
            .circles()
            .into_iter()
            .map(|circle| circle.into_iter().collect())
            .collect();
        assert_eq!(circles, [vec!["a", "b", "c"], vec!["x", "y"]]);
        assert_eq!(graph.back_edges().len(), 2);
        assert_eq!(graph.layers(), [vec!["x", "y"], vec!["a", "b", "c", "z"]]);
    }

    #[test]
    fn the_edge_that_points_back_is_the_one_against_the_others() {
        // `d` is used by all and imports one of them.
        assert_eq!(graph("ab ac bc ad bd cd da").back_edges(), [("d", "a")]);
    }

    #[test]
    fn both_drawings_mark_the_edge_that_points_back() {
        let graph = graph("ab ac bc ad bd cd da");
        assert!(graph.dot("x").contains("\"d\" -> \"a\" [color = red];"));
        assert!(graph.dot("x").contains("\"a\" -> \"b\";"));
        assert!(graph.text("x").contains("  d -> (back) a\n"));
    }
}
