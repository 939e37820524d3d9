//! The smallest script that still fails.
//!
//! Owns: delta debugging over the steps of a script. Does not own: what a step is, and running it.

/// Leaves out steps as long as the script goes on to fail, and returns what is left: no single step of it
/// can be left out. `fails` runs a script and says whether it fails; it has to be deterministic, and is
/// run about `steps * log(steps)` times, at most `steps * steps` times.
pub fn shrink<Step: Clone>(script: Vec<Step>, mut fails: impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut script = script;
    let mut piece = script.len();
    while piece > 0 {
        let before = script.len();
        leave_out(&mut script, piece, &mut fails);
        piece = match (piece, script.len() < before) {
            // What was needed by a step that is gone can go now.
            (1, true) => 1,
            (1, false) => 0,
            _ => piece.div_ceil(2).min(script.len()),
        };
    }
    script
}

/// Leaves out pieces of this length, from the end: later steps rest on earlier ones.
fn leave_out<Step: Clone>(
    script: &mut Vec<Step>,
    piece: usize,
    fails: &mut impl FnMut(&[Step]) -> bool,
) {
    let mut end = script.len();
    while end > 0 {
        let start = end.saturating_sub(piece);
        let mut shorter = script[..start].to_vec();
        shorter.extend_from_slice(&script[end..]);
        if fails(&shorter) {
            *script = shorter;
        }
        end = start;
    }
}

/// As [`shrink`]; then replaces steps by simpler ones, which `simpler` names, as long as the script goes
/// on to fail. `simpler` has to come to an end: a simpler step must not lead back.
pub fn shrink_and_simplify<Step: Clone>(
    script: Vec<Step>,
    simpler: impl Fn(&Step) -> Vec<Step>,
    mut fails: impl FnMut(&[Step]) -> bool,
) -> Vec<Step> {
    let mut script = shrink(script, &mut fails);
    let mut index = 0;
    while index < script.len() {
        let candidates = simpler(&script[index]);
        let found = candidates.into_iter().find(|step| {
            let mut changed = script.clone();
            changed[index] = step.clone();
            fails(&changed)
        });
        match found {
            Some(step) => script[index] = step,
            None => index += 1,
        }
    }
    shrink(script, fails)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_script_shrinks_to_the_steps_that_matter() {
        let script: Vec<u32> = (0..1000).collect();
        let mut runs = 0;
        let smallest = shrink(script, |steps| {
            runs += 1;
            [17, 500, 983].iter().all(|step| steps.contains(step))
        });
        assert_eq!(smallest, [17, 500, 983]);
        assert!(runs < 200, "{runs}");
    }

    #[test]
    fn steps_that_need_each_other_go_together_or_stay() {
        // Fails with an odd number of 1s; any pair of them may go, none alone.
        let odd = |steps: &[u32]| steps.iter().filter(|step| **step == 1).count() % 2 == 1;
        let script = vec![1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1];
        assert!(odd(&script));
        let smallest = shrink(script, odd);
        assert!(odd(&smallest));
        assert!(smallest.iter().all(|step| *step == 1), "{smallest:?}");
    }

    #[test]
    fn a_script_that_fails_without_any_step_is_empty() {
        assert_eq!(shrink(vec![1, 2, 3], |_| true), [0; 0]);
        assert_eq!(shrink(Vec::<u8>::new(), |_| true), [0; 0]);
    }

    #[test]
    fn steps_become_simpler() {
        let halves = |step: &u32| match step {
            0 => vec![],
            _ => vec![0, step / 2, step - 1],
        };
        let smallest = shrink_and_simplify(vec![9, 700, 3, 90], halves, |steps| {
            steps.iter().sum::<u32>() >= 100
        });
        assert_eq!(smallest, [100]);
    }
}
