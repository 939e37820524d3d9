//! scratch
mod case;
mod classes;
mod generator;
mod model;
mod ours;
mod peer;
use std::collections::BTreeMap;
#[test]
fn explore() {
    let n: usize = std::env::var("CASES").map_or(20000, |v| v.parse().unwrap());
    let mut random = generator::Random::new(std::env::var("SEED").map_or(1, |v| v.parse().unwrap()));
    let inputs: Vec<Vec<u8>> = (0..n).map(|_| generator::generate(&mut random)).collect();
    let ours: Vec<_> = inputs.iter().map(|i| ours::read(i)).collect();
    let hp: Vec<_> = inputs.iter().map(|i| peer::httparse(i)).collect();
    let hy: Vec<_> = inputs.iter().map(|i| peer::hyper(i)).collect();
    let ll = peer::llhttp::read_all(&inputs);
    let mut seen: BTreeMap<(&str, peer::Peer), usize> = BTreeMap::new();
    for (name, all) in [(peer::Peer::Httparse, hp), (peer::Peer::Hyper, hy), (peer::Peer::Llhttp, ll)] {
        let mut map: BTreeMap<String, (usize, Vec<usize>)> = BTreeMap::new();
        for (i, r) in all.iter().enumerate() {
            if let Some(d) = model::compare(&ours[i], r) {
                let case = case::Case::new(name, &inputs[i], d, &ours[i], r);
                if let Some(c) = classes::explain(&case) { *seen.entry((c.name, name)).or_default() += 1; continue; }
                let side = |r: &model::Reading| match r.messages.get(d.at) {
                    None => format!("{:?}", r.end),
                    Some(m) => match (d.aspect, &m.body) {
                        (model::Aspect::Body, Some((_, e))) => format!("body {e:?}"), (model::Aspect::Fields, _) => String::new(), (model::Aspect::Persistence,_) => format!("{:?}", m.last),(model::Aspect::Target, _) => m.target.escape_ascii().to_string(),
                        _ => "taken".into(),
                    },
                };
                let key = format!("{:?} | {} | {}", d.aspect, side(&ours[i]), side(r));
                let e = map.entry(key).or_default();
                e.0 += 1;
                e.1.push(i);
            }
        }
        for (k, (c, v)) in &mut map {
            v.sort_by_key(|i| inputs[*i].len());
            println!("\n{name:?} {c} {k}");
            for i in v.iter().take(12) {
                println!("      {}", inputs[*i].escape_ascii());
            }
        }
    }
    for c in classes::all() { for p in c.peers { println!("{:6} {:?} {}", seen.get(&(c.name, *p)).unwrap_or(&0), p, c.name); } }
}
