//! The processors of the machine: which share a core, a cache, a package.
//!
//! Owns the answer to GetLogicalProcessorInformation, read from sysfs(5); where that is not there, each
//! processor is a core and all are one package. Does not own the structure of the C interface.
//! Invariants: only the first 64 processors appear; each of them is in one core and one package.
//! Threading: any thread.

use std::collections::BTreeSet;
use std::path::Path;

use super::machine;

/// What some processors share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SharedBy {
    /// RelationProcessorCore; whether several processors are one core.
    Core(bool),
    /// RelationNumaNode, with its number.
    Node(u32),
    /// RelationCache.
    Cache(Cache),
    /// RelationProcessorPackage.
    Package,
}

/// CACHE_DESCRIPTOR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cache {
    /// 1, 2 or 3.
    pub level: u8,
    /// 0xFF: fully associative.
    pub associativity: u8,
    /// Bytes of a line.
    pub line: u16,
    /// Bytes.
    pub size: u32,
    /// PROCESSOR_CACHE_TYPE: 0 unified, 1 instructions, 2 data.
    pub kind: u32,
}

/// What the processors share, each with the mask of those that do.
pub fn all() -> Vec<(SharedBy, u64)> {
    of(Path::new("/sys/devices/system"), machine::all_processors())
}

fn of(system: &Path, processors: u64) -> Vec<(SharedBy, u64)> {
    let mut all = BTreeSet::new();
    for number in (0..64).filter(|number| processors & 1 << number != 0) {
        let own = 1u64 << number;
        let folder = system.join(format!("cpu/cpu{number}"));
        let list = |file: &str| {
            let text = std::fs::read_to_string(folder.join(file)).ok()?;
            Some(mask_of(&text) & processors).filter(|mask| mask & own != 0)
        };
        let core = list("topology/thread_siblings_list").unwrap_or(own);
        all.insert((SharedBy::Core(core.count_ones() > 1), core));
        let package = list("topology/core_siblings_list").unwrap_or(processors);
        all.insert((SharedBy::Package, package));
        for index in 0..8 {
            let cache = folder.join(format!("cache/index{index}"));
            if let Some(known) = cache_of(&cache) {
                let shared = list(&format!("cache/index{index}/shared_cpu_list"));
                all.insert((SharedBy::Cache(known), shared.unwrap_or(own)));
            }
        }
    }
    let nodes = (0..64).filter_map(|number| {
        let list = system.join(format!("node/node{number}/cpulist"));
        let mask = mask_of(&std::fs::read_to_string(list).ok()?) & processors;
        Some((SharedBy::Node(number), mask)).filter(|(_, mask)| *mask != 0)
    });
    let nodes: Vec<_> = nodes.collect();
    match nodes.is_empty() {
        true => all.extend([(SharedBy::Node(0), processors)]),
        false => all.extend(nodes),
    }
    all.into_iter().collect()
}

/// The mask of a list such as `0-3,8`.
fn mask_of(list: &str) -> u64 {
    let mut mask = 0;
    for part in list.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            for number in first..=last.min(63) {
                mask |= 1 << number;
            }
        }
    }
    mask
}

fn cache_of(folder: &Path) -> Option<Cache> {
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    let number = |file: &str| read(file)?.trim().parse::<u32>().ok();
    let size = read("size")?;
    let size = size.trim();
    let bytes = match (size.strip_suffix('K'), size.strip_suffix('M')) {
        (Some(kilo), _) => kilo.parse::<u32>().ok()?.checked_mul(1 << 10)?,
        (_, Some(mega)) => mega.parse::<u32>().ok()?.checked_mul(1 << 20)?,
        _ => size.parse().ok()?,
    };
    Some(Cache {
        level: u8::try_from(number("level")?).ok()?,
        associativity: number("ways_of_associativity")
            .filter(|ways| *ways != 0)
            .and_then(|ways| u8::try_from(ways).ok())
            .unwrap_or(0xFF),
        line: number("coherency_line_size")
            .and_then(|line| u16::try_from(line).ok())
            .unwrap_or(64),
        size: bytes,
        kind: match read("type")?.trim() {
            "Instruction" => 1,
            "Data" => 2,
            _ => 0,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_masks() {
        assert_eq!(mask_of("0\n"), 1);
        assert_eq!(mask_of("0-3,8"), 0x10F);
        assert_eq!(mask_of("62-200"), 0xC000_0000_0000_0000);
        assert_eq!(mask_of(""), 0);
    }

    #[test]
    fn each_processor_is_in_one_core_and_one_package() {
        let (all, processors) = (all(), machine::all_processors());
        let together = |is: fn(&SharedBy) -> bool| {
            let masks = all.iter().filter(|(shared, _)| is(shared));
            masks.fold((0, 0), |(union, count), (_, mask)| {
                (union | mask, count + mask.count_ones())
            })
        };
        let count = processors.count_ones();
        let cores = together(|shared| matches!(shared, SharedBy::Core(_)));
        assert_eq!(cores, (processors, count));
        let packages = together(|shared| matches!(shared, SharedBy::Package));
        assert_eq!(packages, (processors, count));
    }

    #[test]
    fn without_a_description_each_processor_is_a_core() {
        let all = of(Path::new("/nowhere"), 0b11);
        let expected = [
            (SharedBy::Core(false), 0b01),
            (SharedBy::Core(false), 0b10),
            (SharedBy::Node(0), 0b11),
            (SharedBy::Package, 0b11),
        ];
        assert_eq!(all, expected);
    }
}
